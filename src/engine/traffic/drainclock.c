/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/traffic/drainclock.h"

#include "basic/clock.h"

/* What a person stopped, or destroyed, does not go on for the sake of a WebSocket. */
DrainClocks drain_clocks(const AppWorld *w, const Instance *i)
{
        const AppState *s = catalog_find_app(&w->engine->catalog, w->app);
        const FormationEntry *f = s ? formation_find(&s->formation, i->name.type) : NULL;
        DrainClocks c = {.requests = w->engine->settings.drain_timeout * USEC_PER_SEC};
        c.tunnels = c.requests;
        if (!s)
                return c;
        c.requests = settings_number(&s->settings, NULL, "drain-timeout") * USEC_PER_SEC;
        c.tunnels = c.requests;
        if (!instance_is_routed(
                    i)) { /* it was told to take no new work: whoever waits need not wait for all */
                c.tunnels = settings_number(&s->settings, i->name.type, "quiet-time") * USEC_PER_SEC;
                c.requests = c.tunnels < c.requests ? c.tunnels : c.requests;
                return c;
        }
        if (f && f->stopped)
                return c;
        c.tunnels = settings_number(&s->settings, NULL, "upgrade-drain-timeout") * USEC_PER_SEC;
        return c;
}

uint64_t drain_longest(const DrainClocks *c)
{
        return c->tunnels > c->requests ? c->tunnels : c->requests;
}

uint64_t drain_age(const Instance *i)
{
        uint64_t now = clock_monotonic();
        return now > i->drain_since ? now - i->drain_since : 0;
}

bool drain_is_long(const AppWorld *w, const Instance *i)
{
        const DrainClocks c = drain_clocks(w, i);
        return i->phase == INSTANCE_DRAINING && drain_age(i) >= c.requests;
}

uint64_t drain_until(const AppWorld *w, const Instance *i)
{
        const DrainClocks c = drain_clocks(w, i);
        uint64_t age = drain_age(i), limit = age < c.requests && i->tunnels == 0 && instance_is_routed(i)
                                                     ? c.requests
                                                     : drain_longest(&c);
        return clock_realtime() + (limit > age ? limit - age : 0);
}

uint64_t drain_longest_of_all(Engine *e)
{
        uint64_t most = e->settings.drain_timeout;
        for (size_t i = 0; i < e->catalog.n_apps; i++) {
                const AppSettings *s = &e->catalog.apps[i]->settings;
                uint64_t requests = settings_number(s, NULL, "drain-timeout"),
                         tunnels = settings_number(s, NULL, "upgrade-drain-timeout");
                if (requests > most)
                        most = requests;
                if (tunnels > most)
                        most = tunnels;
        }
        return most;
}
