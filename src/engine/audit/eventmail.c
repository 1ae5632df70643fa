/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/audit/eventmail.h"

#include <errno.h>
#include <string.h>

#include "basic/file.h"
#include "basic/strv.h"
#include "basic/text.h"
#include "render/mail.h"
#include "json/json.h"

#define EVENT_MAX 65536

static int add_address(Engine *e, const char *user, char ***to)
{
        UserState *u = catalog_find_user(&e->catalog, user);
        return u && u->user.email && u->user.email[0] ? strv_append(to, u->user.email) : 0;
}

/* A team is told through its lead. */
static int add_lead(Engine *e, const char *team, char ***to)
{
        _cleanup_free_ char *ref = NULL, *text = NULL;
        _cleanup_json_ Json *j = NULL;
        char commit[STORE_ID_SIZE];
        const char *lead;
        size_t n;
        if (asprintf(&ref, "refs/paas/team/%s", team) < 0)
                return -ENOMEM;
        if (store_resolve(e->store, ref, commit) < 0 ||
            store_read(e->store, commit, "team", EVENT_MAX, &text, &n) < 0 ||
            js_parse(text, n, &j, NULL) < 0 || js_get_string(j, "lead", &lead) < 0)
                return 0;
        return add_address(e, lead, to);
}

static int find_recipients(Engine *e, const char *app, char ***ret)
{
        AppState *s = app ? catalog_find_app(&e->catalog, app) : NULL;
        const char *team = s ? text_after(s->app.owner, "team:") : NULL;
        int r = 0;
        if (team)
                return add_lead(e, team, ret);
        if (s)
                return add_address(e, s->app.owner, ret);
        for (size_t i = 0; r >= 0 && !app && i < e->catalog.n_users; i++)
                if (e->catalog.users[i]->user.admin)
                        r = add_address(e, e->catalog.users[i]->user.name, ret);
        return r;
}

int eventmail_make(Engine *e, int event_fd, char **ret)
{
        _cleanup_free_ char *text = NULL;
        _cleanup_json_ Json *j = NULL;
        _cleanup_strv_ char **to = NULL;
        size_t n;
        MailEvent m = {.type = "", .message = "", .host = "", .time = ""};
        int r = fd_read_all(event_fd, EVENT_MAX, &text, &n);
        if (r >= 0)
                r = js_parse(text, n, &j, NULL);
        if (r < 0)
                return r;
        (void) js_get_string(j, "app", &m.app);
        (void) js_get_string(j, "type", &m.type);
        (void) js_get_string(j, "message", &m.message);
        (void) js_get_string(j, "host", &m.host);
        (void) js_get_string(j, "time", &m.time);
        (void) js_get_string(j, "actor", &m.actor);
        (void) js_get_string(j, "release", &m.release);
        (void) js_get_string(j, "id", &m.id);
        r = find_recipients(e, m.app, &to);
        if (r < 0)
                return r;
        if (!to)
                return -ENODATA;
        m.to = to;
        return render_mail_text(&m, ret);
}
