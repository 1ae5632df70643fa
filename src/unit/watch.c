/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The caller's watch: names gather while the bus has messages to read, then each is told once. */

#include "unit/unit-internal.h"

#include <errno.h>
#include <string.h>

#include "basic/strv.h"
#include "basic/text.h"

static int on_tell(sd_event_source *source, void *userdata)
{
        Units *u = userdata;
        _cleanup_strv_ char **names = TAKE_PTR(u->changed_names);

        STRV_FOREACH(name, names)
                if (u->changed)
                        u->changed(u->changed_userdata, *name);
        return 0;
}

int watch_add(Units *u, const char *name)
{
        if (strv_contains(u->changed_names, name))
                return 0;
        int r = strv_append(&u->changed_names, name);
        return r < 0 ? r : sd_event_source_set_enabled(u->telling, SD_EVENT_ONESHOT);
}

void watch_clear(Units *u)
{
        u->telling = sd_event_source_disable_unref(u->telling);
        u->changed = NULL;
        u->changed_names = strv_free(u->changed_names);
        free(u->prefix);
        u->prefix = NULL;
}

int units_watch(Units *u, const char *prefix, UnitChanged changed, void *userdata)
{
        watch_clear(u);
        u->prefix = strdup(prefix);
        if (!u->prefix)
                return -ENOMEM;

        int r = sd_event_add_defer(sd_bus_get_event(u->bus), &u->telling, on_tell, u);
        if (r >= 0)
                r = sd_event_source_set_enabled(u->telling, SD_EVENT_OFF);
        /* After the bus, which reads one message a turn of the loop. */
        if (r >= 0)
                r = sd_event_source_set_priority(u->telling, SD_EVENT_PRIORITY_NORMAL + 10);
        if (r < 0) {
                watch_clear(u);
                return r;
        }
        u->changed = changed;
        u->changed_userdata = userdata;
        return 0;
}
