/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The caller's watch: names gather while the bus has messages to read, then each is told once. */

#include "unit/watch.h"

#include <errno.h>
#include <string.h>

#include "basic/strv.h"
#include "basic/text.h"

static int on_tell(sd_event_source *source, void *userdata)
{
        Watch *w = userdata;
        _cleanup_strv_ char **names = TAKE_PTR(w->names);

        STRV_FOREACH(name, names)
                if (w->changed)
                        w->changed(w->userdata, *name);
        return 0;
}

void watch_add(Watch *w, const char *name)
{
        if (!w->changed || !(name[0] == '\0' || text_after(name, w->prefix)) ||
            strv_contains(w->names, name))
                return;
        if (strv_append(&w->names, name) < 0)
                return; /* the caller's own round will see it */
        (void) sd_event_source_set_enabled(w->telling, SD_EVENT_ONESHOT);
}

void watch_clear(Watch *w)
{
        w->telling = sd_event_source_disable_unref(w->telling);
        w->names = strv_free(w->names);
        free(w->prefix);
        *w = (Watch){0};
}

int watch_start(Watch *w, sd_event *event, const char *prefix, UnitChanged changed, void *userdata)
{
        watch_clear(w);
        w->prefix = strdup(prefix);
        if (!w->prefix)
                return -ENOMEM;

        int r = sd_event_add_defer(event, &w->telling, on_tell, w);
        if (r >= 0)
                r = sd_event_source_set_enabled(w->telling, SD_EVENT_OFF);
        /* After the bus, which reads one message a turn of the loop. */
        if (r >= 0)
                r = sd_event_source_set_priority(w->telling, SD_EVENT_PRIORITY_NORMAL + 10);
        if (r < 0) {
                watch_clear(w);
                return r;
        }
        w->changed = changed;
        w->userdata = userdata;
        return 0;
}
