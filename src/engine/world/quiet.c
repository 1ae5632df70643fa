/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/world/quiet.h"

#include <errno.h>

#include "basic/clock.h"
#include "basic/log.h"
#include "basic/text.h"
#include "engine/fault.h"
#include "engine/traffic/drainclock.h"
#include "render/instance.h"

static bool has_strategy(const AppState *s, const char *type, const char *strategy)
{
        return !streq(type, "web") && streq(settings_text(&s->settings, type, "strategy"), strategy);
}

bool quiet_is_exclusive(const AppState *s, const char *type)
{
        return has_strategy(s, type, "stop-start");
}

static void tell(AppWorld *w, const AppState *s, Instance *i)
{
        int signal = (int) settings_number(&s->settings, i->name.type, "quiet-signal");
        bool main_only = streq(settings_text(&s->settings, i->name.type, "stop-scope"), "main");
        i->quiet_since = clock_realtime();
        _cleanup_free_ char *description = render_instance_description(&i->name, i->quiet_since);
        int r = description ? units_describe(w->engine->units, i->unit, description) : -ENOMEM;
        if (r >= 0 && signal > 0)
                r = units_kill(w->engine->units, i->unit, signal, main_only);
        fault_point("quiet-told");
        if (r < 0)
                log_warning(r, "%s %s: cannot tell it to take no new work", w->app, i->short_name);
}

bool quiet_begin(AppWorld *w, const AppState *s, Instance *i)
{
        if (instance_is_routed(i) || i->name.oneoff || i->state != UNIT_ACTIVE ||
            !has_strategy(s, i->name.type, "handover"))
                return false;
        i->phase = INSTANCE_DRAINING;
        if (i->quiet_since == 0)
                tell(w, s, i);
        return true;
}

/* systemd starts again what has ended by itself, after a second at least: it must not take new work. */
static bool has_ended(const Instance *i)
{
        return i->state != UNIT_ACTIVE || i->started > i->quiet_since;
}

bool quiet_is_over(const AppState *s, const Instance *i)
{
        if (!s || has_ended(i) || !has_strategy(s, i->name.type, "handover"))
                return true;
        uint64_t time = settings_number(&s->settings, i->name.type, "quiet-time") * USEC_PER_SEC;
        return drain_age(i) >= time;
}

uint64_t quiet_longest_end(const Engine *e, const AppState *s)
{
        uint64_t longest = 0;
        for (size_t i = 0; i < s->procfile.n_processes; i++) {
                const char *type = s->procfile.processes[i].type;
                uint64_t end = settings_number(&s->settings, type, "stop-timeout");
                if (streq(type, "web"))
                        end += settings_number(&s->settings, NULL, "drain-timeout");
                else if (has_strategy(s, type, "handover"))
                        end += settings_number(&s->settings, type, "quiet-time");
                if (end > longest)
                        longest = end;
        }
        return longest > 0 ? longest : e->settings.stop_timeout;
}
