/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/world/appinstance.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "basic/clock.h"
#include "basic/file.h"
#include "basic/text.h"
#include "model/name.h"
#include "model/paths.h"

#define CRASH_WINDOW_USEC (60 * USEC_PER_SEC)

Instance *instance_free(Instance *i)
{
        if (!i)
                return NULL;
        unit_call_free(i->stop);
        instance_name_clear(&i->name);
        free(i->app_id);
        free(i->unit);
        free(i->short_name);
        free(i->sub_state);
        free(i);
        return NULL;
}

Instance *instance_new(const InstanceName *name)
{
        Instance *i = calloc(1, sizeof(Instance));
        if (!i || instance_name_copy(name, &i->name) < 0 ||
            !(i->unit = instance_unit_name(name, ".service")) ||
            !(i->short_name = instance_short_name(name)))
                return instance_free(i);
        return i;
}

bool instance_is_routed(const Instance *i)
{
        return i->port > 0;
}

void instance_address(const Instance *i, char ret[static INSTANCE_ADDRESS_SIZE])
{
        if (i->listen == LISTEN_PORT)
                snprintf(ret, INSTANCE_ADDRESS_SIZE, "127.0.0.1:%u", i->port);
        else
                snprintf(ret, INSTANCE_ADDRESS_SIZE, "unix@" PAAS_SOCKET, i->name.app, i->short_name);
}

bool instance_lost_socket(const Instance *i)
{
        return i->listen != LISTEN_PORT && i->loaded && !i->launch && !i->has_socket;
}

uint64_t instance_memory(const Instance *i)
{
        _cleanup_free_ char *escaped = name_escape(i->name.app), *path = NULL, *text = NULL;
        uint64_t bytes;
        size_t n;
        if (!escaped || asprintf(&path, PAAS_CGROUP "/memory.current", escaped, i->unit) < 0)
                return UINT64_MAX;
        if (file_read(path, 64, &text, &n) < 0)
                return UINT64_MAX;
        text[strcspn(text, "\n")] = '\0';
        return text_parse_uint(text, UINT64_MAX, &bytes) < 0 ? UINT64_MAX : bytes;
}

void instance_note_exit(Instance *i)
{
        i->exits[i->n_exits++ % CRASH_EXITS] = clock_monotonic();
}

bool instance_crashed(const Instance *i)
{
        if (i->n_exits < CRASH_EXITS)
                return false;
        uint64_t newest = i->exits[(i->n_exits - 1) % CRASH_EXITS],
                 oldest = i->exits[i->n_exits % CRASH_EXITS];
        if (newest - oldest > CRASH_WINDOW_USEC)
                return false;
        return i->state != UNIT_ACTIVE || clock_realtime() < i->active_since + CRASH_WINDOW_USEC;
}

bool instance_is_stale(const Instance *i, const AppState *s)
{
        return !s || (i->app_id && !streq(i->app_id, s->app.id));
}
