/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/access/readers.h"

#include <errno.h>
#include <pwd.h>
#include <string.h>

#include "basic/buffer.h"
#include "basic/file.h"
#include "engine/access/roles.h"
#include "model/paths.h"

static int list_apps(const Catalog *c, const User *u, char **ret)
{
        _cleanup_buffer_ Buffer b = BUFFER_NULL;
        if (u->admin)
                buffer_puts(&b, " *");
        for (size_t i = 0; !u->admin && i < c->n_apps; i++)
                if (roles_on_app(c, c->apps[i], u->name) >= action_role(ACTION_GIT_READ))
                        buffer_printf(&b, " %s", c->apps[i]->app.name);
        return buffer_finish(&b, ret, NULL);
}

static int describe(const Catalog *c, Buffer *b)
{
        for (size_t i = 0; i < c->n_users; i++) {
                const User *u = &c->users[i]->user;
                _cleanup_free_ char *apps = NULL;
                int r = u->disabled ? 0 : list_apps(c, u, &apps);
                if (r < 0)
                        return r;
                for (size_t k = 0; apps && k < u->n_keys; k++)
                        buffer_printf(b, "%s%s\n", u->keys[k].fingerprint, apps);
        }
        return 0;
}

int readers_write(Engine *e)
{
        _cleanup_buffer_ Buffer b = BUFFER_NULL;
        _cleanup_free_ char *text = NULL, *old = NULL;
        size_t length, n;
        const struct passwd *pw = getpwnam("paas");
        if (!pw)
                return -ENOENT;
        int r = describe(&e->catalog, &b);
        if (r >= 0)
                r = buffer_finish(&b, &text, &length);
        if (r >= 0)
                r = dir_make_parents(PAAS_STATE "/ssh", 0755);
        if (r < 0)
                return r;
        if (file_read(PAAS_READERS, length + 1, &old, &n) >= 0 && n == length && memcmp(old, text, n) == 0)
                return 0;
        return file_write(PAAS_READERS, text, length, 0640, (FileOwner){0, pw->pw_gid}, FILE_NO_SYNC);
}
