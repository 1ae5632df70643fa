/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/access/enrol.h"

#include <errno.h>
#include <string.h>

#include "basic/text.h"
#include "engine/world/ports.h"

Listen enrol_listen(const AppState *s, const Release *release)
{
        Listen set;
        bool is_set = listen_from_string(settings_text(&s->settings, "web", "listen"), &set) >= 0;
        return is_set ? set : release->listen; /* "auto" is none of them */
}

int enrol_instance(AppWorld *w, const AppState *s, const Release *release, const char *type, unsigned index,
                   uint64_t operation, Instance **ret)
{
        bool web = streq(type, "web");
        unsigned port = web ? port_find_free(w->engine) : 0;
        _cleanup_free_ char *copy = strdup(type);
        if (!copy)
                return -ENOMEM;
        if (web && port == 0)
                return -ENOSPC;
        const InstanceName name = {
                .app = w->app,
                .type = copy,
                .index = index,
                .version = release->version,
                .operation = operation,
        };
        Instance *i = world_add(w, &name, port);
        if (!i)
                return -ENOMEM;
        i->listen = web ? enrol_listen(s, release) : LISTEN_PORT;
        i->has_socket = i->listen != LISTEN_PORT;
        *ret = i;
        return 0;
}
