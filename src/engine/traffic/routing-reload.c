/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "basic/clock.h"
#include "basic/log.h"
#include "basic/strv.h"
#include "engine/traffic/routing-internal.h"
#include "engine/traffic/routing.h"
#include "engine/traffic/vigil.h"
#include "engine/world/readiness.h"

/* A reload is never part of a deploy. What asks for one within this time has it together; and one that would
 * cut off the connections of the oldest worker waits for them a while. */
#define RELOAD_SPACING_USEC (5 * USEC_PER_SEC)
#define RELOAD_STEP_USEC (10 * USEC_PER_MSEC)
#define RELOAD_DELAY_USEC (200 * USEC_PER_MSEC)
#define RELOAD_PATIENCE_USEC (60 * USEC_PER_SEC)

static int reload_now(sd_event_source *source, uint64_t usec, void *userdata);

static void plan_reload(Engine *e, uint64_t delay)
{
        int r = sd_event_add_time_relative(e->event, &e->reload_timer, CLOCK_MONOTONIC, delay, 0, reload_now,
                                           e);
        if (r < 0)
                log_error(r, "cannot plan a reload of the router");
}

/* The oldest of the old workers when there is no room for another one; its `pid` is 0 when there is. */
static RouterWorker find_worker_to_end(Engine *e)
{
        _cleanup_(router_processes_clear) RouterProcesses p = {0};
        RouterWorker oldest = {0};
        uint64_t n = 0;
        if (router_observe_processes(e->router, &p, NULL) < 0)
                return oldest;
        for (size_t i = 0; i < p.n; i++) {
                n += p.workers[i].old;
                if (p.workers[i].old && p.workers[i].age >= oldest.age)
                        oldest = p.workers[i];
        }
        return n >= e->settings.old_workers ? oldest : (RouterWorker){0};
}

/* What became stale after the reload began may have been read before. */
static void forget_stale(Engine *e)
{
        size_t n = e->n_stale_read, left = strv_length(e->router_stale) - n;
        for (size_t i = 0; i < n; i++)
                free(e->router_stale[i]);
        if (n > 0)
                memmove(e->router_stale, e->router_stale + n, (left + 1) * sizeof(char *));
        e->n_stale_read = 0;
}

/* Whatever changed while it was under way went to the worker before, and into the files. */
static void finish(Engine *e, int r, Error *error)
{
        _cleanup_error_ Error after = ERROR_NULL;
        e->reload = router_reload_free(e->reload);
        e->router_static[0] = '\0'; /* is asked again */
        if (r < 0 && !no_router(r))
                log_error(0, "cannot reload the router: %s", error_text(error, r));
        if (r >= 0) {
                e->router_pool = routing_pool_size(e);
                forget_stale(e);
                routing_write_soon(e); /* and is compared with what was read */
        }
        r = routing_sync(e, &after);
        if (r < 0)
                log_error(0, "cannot bring the router up to date: %s", error_text(&after, r));
        readiness_look(e); /* the new worker knows no weights */
        if (e->reload_again)
                routing_reload_soon(e);
        e->reload_again = false;
}

static int step(sd_event_source *source, uint64_t usec, void *userdata)
{
        Engine *e = userdata;
        _cleanup_error_ Error error = ERROR_NULL;
        e->reload_timer = sd_event_source_disable_unref(e->reload_timer);
        int r = router_reload_step(e->reload, &error);
        if (r > 0)
                r = sd_event_add_time_relative(e->event, &e->reload_timer, CLOCK_MONOTONIC, RELOAD_STEP_USEC,
                                               0, step, e) < 0
                            ? -ENOMEM
                            : 1;
        if (r <= 0)
                finish(e, r, &error);
        return 0;
}

static void begin(Engine *e)
{
        _cleanup_error_ Error error = ERROR_NULL;
        e->last_reload = clock_monotonic();
        vigil_poll(e); /* what was counted until now */
        int r = routing_write(e, &error);
        e->n_stale_read = strv_length(e->router_stale);
        if (r >= 0)
                r = router_reload_begin(e->router, &e->reload, &error);
        if (r >= 0)
                r = sd_event_add_time_relative(e->event, &e->reload_timer, CLOCK_MONOTONIC, RELOAD_STEP_USEC,
                                               0, step, e);
        if (r < 0)
                finish(e, r, &error);
}

static int reload_now(sd_event_source *source, uint64_t usec, void *userdata)
{
        Engine *e = userdata;
        RouterWorker oldest = find_worker_to_end(e);

        e->reload_timer = sd_event_source_disable_unref(e->reload_timer);
        if (oldest.pid > 0 && clock_monotonic() - e->reload_asked < RELOAD_PATIENCE_USEC) {
                plan_reload(e, RELOAD_SPACING_USEC);
                return 0;
        }
        if (oldest.pid > 0)
                log_info("the router has %llu old workers: the oldest, %llu, ends with its %llu connections",
                         (unsigned long long) e->settings.old_workers, (unsigned long long) oldest.pid,
                         (unsigned long long) oldest.connections);
        begin(e);
        return 0;
}

bool routing_reload_is_due(Engine *e)
{
        return e->reload || e->reload_timer;
}

void routing_reload_soon(Engine *e)
{
        if (e->reload) /* it may have read the files before what asks now was in them */
                e->reload_again = true;
        if (routing_reload_is_due(e))
                return;
        uint64_t now = clock_monotonic(), delay = RELOAD_DELAY_USEC;
        if (e->last_reload > 0 && now - e->last_reload < RELOAD_SPACING_USEC)
                delay = RELOAD_SPACING_USEC - (now - e->last_reload);
        e->reload_asked = now;
        plan_reload(e, delay);
}
