/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/drain.h"

#include <errno.h>

#include "basic/clock.h"
#include "basic/log.h"
#include "engine/routing.h"

#define POLL_USEC (100 * USEC_PER_MSEC)
#define IDLE_USEC (10 * USEC_PER_SEC)

static void stopped(void *userdata, int r, const char *text)
{
        Instance *i = userdata;
        i->stop = unit_call_free(i->stop);
        if (r < 0)
                log_warning(0, "cannot stop %s: %s", i->unit, text);
}

void drain_stop(AppWorld *w, Instance *i)
{
        AppState *s = catalog_find_app(&w->engine->catalog, w->app);
        if (s)
                (void) routing_remove(w->engine, s, i, true, NULL);
        i->phase = INSTANCE_STOPPING;
        if (i->stop)
                return;
        int r = units_stop(w->engine->units, i->unit, stopped, i, &i->stop);
        if (r < 0)
                log_error(r, "cannot stop %s", i->unit);
}

void drain_begin(AppWorld *w, const AppState *s, Instance *i)
{
        _cleanup_error_ Error error = ERROR_NULL;
        if (!instance_is_routed(i)) {
                drain_stop(w, i);
                return;
        }
        i->phase = INSTANCE_DRAINING;
        i->drain_deadline =
                clock_monotonic() + settings_number(&s->settings, NULL, "drain-timeout") * USEC_PER_SEC;
        int r = routing_drain(w->engine, s, i, &error);
        if (r < 0)
                log_warning(0, "%s %s: cannot drain it: %s", w->app, i->short_name, error_text(&error, r));
}

static void poll_instance(AppWorld *w, const AppState *s, Instance *i, uint64_t now)
{
        _cleanup_error_ Error error = ERROR_NULL;
        bool late = now >= i->drain_deadline;
        if (late)
                log_info("%s %s: its open requests had their time; it is stopped", w->app, i->short_name);
        int r = s ? routing_remove(w->engine, s, i, late, &error) : 0;
        if (r == -EBUSY && !late)
                return;
        if (r < 0)
                log_warning(0, "%s %s: %s", w->app, i->short_name, error_text(&error, r));
        drain_stop(w, i);
}

void drain_poll(Engine *e)
{
        uint64_t now = clock_monotonic();
        for (size_t i = 0; i < e->n_worlds; i++) {
                AppWorld *w = e->worlds[i];
                for (size_t k = 0; k < w->n_instances; k++)
                        if (w->instances[k]->phase == INSTANCE_DRAINING)
                                poll_instance(w, catalog_find_app(&e->catalog, w->app), w->instances[k],
                                              now);
        }
}

static bool something_drains(Engine *e)
{
        for (size_t i = 0; i < e->n_worlds; i++)
                for (size_t k = 0; k < e->worlds[i]->n_instances; k++)
                        if (e->worlds[i]->instances[k]->phase == INSTANCE_DRAINING)
                                return true;
        return false;
}

static bool something_waits(Engine *e)
{
        for (size_t i = 0; i < e->n_worlds; i++) {
                if (e->worlds[i]->not_before > 0)
                        return true;
                for (size_t k = 0; k < e->worlds[i]->n_instances; k++)
                        if (e->worlds[i]->instances[k]->next_attempt > 0)
                                return true;
        }
        return false;
}

void drain_arm(Engine *e)
{
        uint64_t delay = something_drains(e) ? POLL_USEC : something_waits(e) ? USEC_PER_SEC : IDLE_USEC;
        if (!e->tick)
                return;
        (void) sd_event_source_set_time_relative(e->tick, delay);
        (void) sd_event_source_set_enabled(e->tick, SD_EVENT_ONESHOT);
}
