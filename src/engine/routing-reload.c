/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "basic/clock.h"
#include "basic/log.h"
#include "engine/routing-internal.h"
#include "engine/routing.h"

#define RELOAD_SPACING_USEC (5 * USEC_PER_SEC)
#define RELOAD_DELAY_USEC (200 * USEC_PER_MSEC)

static int reload_now(sd_event_source *source, uint64_t usec, void *userdata)
{
        Engine *e = userdata;
        _cleanup_error_ Error error = ERROR_NULL;

        e->reload_timer = sd_event_source_disable_unref(e->reload_timer);
        e->last_reload = clock_monotonic();
        int r = routing_write(e, &error);
        if (r >= 0)
                r = router_reload(e->router, &error);
        if (r >= 0) {
                e->router_pool = routing_pool_size(e);
                r = routing_sync(e, &error);
        }
        if (r < 0 && !no_router(r))
                log_error(0, "cannot reload the router: %s", error_text(&error, r));
        return 0;
}

void routing_reload_soon(Engine *e)
{
        if (e->reload_timer)
                return;
        uint64_t now = clock_monotonic(), delay = RELOAD_DELAY_USEC;
        if (e->last_reload > 0 && now - e->last_reload < RELOAD_SPACING_USEC)
                delay = RELOAD_SPACING_USEC - (now - e->last_reload);
        int r = sd_event_add_time_relative(e->event, &e->reload_timer, CLOCK_MONOTONIC, delay, 0, reload_now,
                                           e);
        if (r < 0)
                log_error(r, "cannot plan a reload of the router");
}
