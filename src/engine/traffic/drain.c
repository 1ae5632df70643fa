/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/traffic/drain.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "basic/clock.h"
#include "basic/file.h"
#include "basic/log.h"
#include "basic/text.h"
#include "engine/fault.h"
#include "engine/operation/joblog.h"
#include "engine/traffic/drainclock.h"
#include "engine/traffic/drainplan.h"
#include "engine/traffic/routing.h"
#include "engine/world/observation.h"
#include "engine/world/quiet.h"
#include "model/paths.h"
#include "router/traffic.h"

#define POLL_USEC (100 * USEC_PER_MSEC)
#define IDLE_USEC (10 * USEC_PER_SEC)
/* What was replaced ends no sooner, even if nothing holds it: the first second of its successor belongs to
 * the users, and to end a process and unmount its root takes the processors as long as many a request. */
#define SETTLE_USEC USEC_PER_SEC
/* As long as the router keeps a client's connection between two requests (haproxy.cfg.in, http-keep-alive).
 */
#define KEPT_USEC (90 * USEC_PER_SEC)
#define DRAIN_FILE_MAX 32

/* The clock of the boot: what drains does not outlive that either. */
static void record(const AppWorld *w, const Instance *i)
{
        char path[512], text[DRAIN_FILE_MAX];
        snprintf(path, sizeof(path), PAAS_DRAIN, w->app, i->short_name);
        snprintf(text, sizeof(text), "%llu", (unsigned long long) i->drain_since);
        int r = dir_make(PAAS_DRAINS, 0700, FILE_OWNER_SELF);
        if (r >= 0)
                r = file_write(path, text, strlen(text), 0600, FILE_OWNER_SELF, FILE_NO_SYNC);
        if (r < 0)
                log_error(r, "cannot write %s", path);
}

void drain_forget(const AppWorld *w, const Instance *i)
{
        char path[512];
        snprintf(path, sizeof(path), PAAS_DRAIN, w->app, i->short_name);
        (void) unlink(path);
}

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
        i->asked_to_stop = true;
        if (i->stop)
                return;
        if (i->listen != LISTEN_PORT) { /* first of all: it would start its service again */
                _cleanup_free_ char *socket = instance_unit_name(&i->name, ".socket");
                if (socket)
                        (void) units_stop(w->engine->units, socket, NULL, NULL, NULL);
        }
        int r = units_stop(w->engine->units, i->unit, stopped, i, &i->stop);
        if (r < 0)
                log_error(r, "cannot stop %s", i->unit);
}

static bool has_successor(const AppWorld *w, const Instance *i)
{
        for (size_t k = 0; k < w->n_instances; k++) {
                const Instance *other = w->instances[k];
                if (other->phase == INSTANCE_READY && other->name.index == i->name.index &&
                    other->name.operation > i->name.operation && streq(other->name.type, i->name.type))
                        return true;
        }
        return false;
}

/* What the workers have open, asked for once in a round at most, and only by who needs it. */
typedef struct Round {
        Engine *engine;
        RouterSession *sessions;
        size_t n;
        int state; /* 1: not asked yet; 0: known; negative: nobody said */
} Round;

static void look(Round *round)
{
        _cleanup_error_ Error error = ERROR_NULL;
        if (round->state != 1)
                return;
        round->state = router_sessions(round->engine->router, &round->sessions, &round->n, &error);
        if (round->state == -ENOENT)
                round->state = 0; /* no router, no sessions */
        if (round->state < 0 && round->state != -EAGAIN)
                log_warning(0, "cannot ask the router what drains: %s", error_text(&error, round->state));
}

static bool is_of(const RouterSession *session, const AppState *s, const Instance *i)
{
        return streq(session->server, i->short_name) && text_equal(session->backend, s->app.backend);
}

/* Connections that the router keeps for whoever comes next are nobody's. */
static bool is_used(Round *round, const AppState *s, const Instance *i)
{
        look(round);
        for (size_t k = 0; round->state == 0 && k < round->n; k++)
                if (is_of(&round->sessions[k], s, i))
                        return true;
        return round->state < 0;
}

/* Who has to hurry is told in the application's log too: somebody's connection ends before its time. */
static void limit_leaving(AppWorld *w, const AppState *s, const char *type)
{
        uint64_t max = settings_number(&s->settings, NULL, "max-draining");
        Round round = {.engine = w->engine, .state = 1};
        _cleanup_free_ Leaving *list = calloc(w->n_instances + 1, sizeof(Leaving));
        _cleanup_free_ Instance **instances = calloc(w->n_instances + 1, sizeof(Instance *));
        size_t n = 0;
        for (size_t k = 0; list && instances && k < w->n_instances; k++) {
                Instance *i = w->instances[k];
                if (i->phase != INSTANCE_DRAINING || !streq(i->name.type, type))
                        continue;
                instances[n] = i;
                list[n++] = (Leaving){.type = i->name.type,
                                      .index = i->name.index,
                                      .version = i->name.version,
                                      .since = i->drain_since};
        }
        drain_choose(list, n, max);
        for (size_t k = 0; k < n; k++) {
                char text[256];
                if (!list[k].cut)
                        continue;
                if (instance_is_routed(instances[k]) && !is_used(&round, s, instances[k])) {
                        drain_stop(w, instances[k]);
                        continue;
                }
                snprintf(text, sizeof(text),
                         "%s.%u of v%llu is cut before its time: more than %llu old releases of %s drain "
                         "(max-draining)",
                         type, list[k].index, (unsigned long long) list[k].version, (unsigned long long) max,
                         type);
                log_info("%s %s", w->app, text);
                joblog_write(NULL, w->app, s->app.id, text);
                drain_stop(w, instances[k]);
        }
        router_sessions_free(round.sessions, round.n);
}

static void leave_router(AppWorld *w, const AppState *s, Instance *i)
{
        _cleanup_error_ Error error = ERROR_NULL;
        int r = routing_drain(w->engine, s, i, &error);
        if (r < 0)
                log_warning(0, "%s %s: cannot drain it: %s", w->app, i->short_name, error_text(&error, r));
}

void drain_begin(AppWorld *w, const AppState *s, Instance *i)
{
        i->drain_since = clock_monotonic();
        if (!instance_is_routed(i)) {
                if (!quiet_begin(w, s, i))
                        drain_stop(w, i);
                else
                        limit_leaving(w, s, i->name.type);
                return;
        }
        i->phase = INSTANCE_DRAINING;
        i->drain_look = 0;
        if (has_successor(w, i)) {
                const DrainClocks c = drain_clocks(w, i);
                uint64_t settle = c.requests < SETTLE_USEC ? c.requests : SETTLE_USEC;
                i->drain_settle = i->drain_since + (c.tunnels < settle ? c.tunnels : settle);
        }
        record(w, i);
        fault_point("drain-recorded");
        leave_router(w, s, i);
        fault_point("draining");
        limit_leaving(w, s, i->name.type);
}

/* Cuts what has had its time; how many are left. `ended`: the current worker has been told to end all at the
 * server. */
static unsigned cut_late(Round *round, const AppState *s, Instance *i, const DrainClocks *c, bool ended)
{
        uint64_t age = drain_age(i);
        unsigned left = 0;
        bool streams = streq(settings_text(&s->settings, NULL, "protocol"), "grpc"); /* as long as tunnels */
        i->tunnels = 0;
        for (size_t k = 0; k < round->n; k++) {
                const RouterSession *session = &round->sessions[k];
                if (!is_of(session, s, i))
                        continue;
                bool tunnel = session->tunnel || streams;
                if (age < (tunnel ? c->tunnels : c->requests)) {
                        left++;
                        i->tunnels += tunnel;
                } else if (!ended || session->worker != 0)
                        (void) router_end_session(round->engine->router, session, NULL);
        }
        return left;
}

/* A client that a reload has left with its old worker asks there once more, and that worker knows nobody
 * else. */
static bool is_remembered(Engine *e, AppWorld *w, const Instance *i)
{
        uint64_t idle = 0;
        if (drain_age(i) >= KEPT_USEC || !has_successor(w, i))
                return false;
        return router_count_idle(e->router, &idle, NULL) >= 0 && idle > 0;
}

/* True when nothing holds it any more. */
static bool is_done(Round *round, AppWorld *w, const AppState *s, Instance *i, const DrainClocks *c)
{
        _cleanup_error_ Error error = ERROR_NULL;
        bool over = drain_age(i) >= drain_longest(c);
        int r = routing_remove(w->engine, s, i, over, &error);
        if (r < 0 && r != -EBUSY)
                log_warning(0, "%s %s: %s", w->app, i->short_name, error_text(&error, r));
        if (r == -EBUSY && !over && drain_age(i) < c->requests && drain_age(i) < c->tunnels)
                return false;
        /* The server may be gone from the current worker, and a worker that a reload left behind busy with
         * it. */
        look(round);
        unsigned left = round->state == 0 ? cut_late(round, s, i, c, over && (r >= 0 || r == -EBUSY)) : 1;
        if (over || r == -EBUSY || left > 0)
                return over;
        if (!is_remembered(w->engine, w, i))
                return true;
        i->drain_settle = clock_monotonic() + USEC_PER_SEC;
        return false;
}

static void poll_instance(Round *round, AppWorld *w, Instance *i)
{
        const AppState *s = catalog_find_app(&w->engine->catalog, w->app);
        const DrainClocks c = drain_clocks(w, i);
        /* The last look, a second before the next, was after the requests' time as well. */
        bool was_long = i->drain_look > 0 && i->drain_look - USEC_PER_SEC >= i->drain_since + c.requests;
        if (i->drain_look > clock_monotonic() || i->drain_settle > clock_monotonic())
                return;
        i->drain_settle = 0;
        if (!s || is_done(round, w, s, i, &c)) {
                if (drain_age(i) >= drain_longest(&c))
                        log_info("%s %s: its open connections had their time; it is stopped", w->app,
                                 i->short_name);
                drain_stop(w, i);
                return;
        }
        if (drain_age(i) < c.requests && i->tunnels == 0)
                return;
        i->drain_look = clock_monotonic() + USEC_PER_SEC;
        if (!was_long && drain_age(i) >= c.requests)
                world_observe(w); /* nobody who waits for requests needs to wait for it */
}

void drain_poll_quiet(AppWorld *w)
{
        const AppState *s = catalog_find_app(&w->engine->catalog, w->app);
        for (size_t k = 0; k < w->n_instances; k++) {
                Instance *i = w->instances[k];
                if (i->phase == INSTANCE_DRAINING && !instance_is_routed(i) && quiet_is_over(s, i))
                        drain_stop(w, i);
        }
}

void drain_poll(Engine *e)
{
        Round round = {.engine = e, .state = 1};
        for (size_t i = 0; i < e->n_worlds; i++) {
                AppWorld *w = e->worlds[i];
                drain_poll_quiet(w);
                /* A worker that comes up just now may have read files in which it is still current. */
                for (size_t k = 0; !e->reload && k < w->n_instances; k++)
                        if (w->instances[k]->phase == INSTANCE_DRAINING &&
                            instance_is_routed(w->instances[k]))
                                poll_instance(&round, w, w->instances[k]);
        }
        router_sessions_free(round.sessions, round.n);
}

static bool was_leaving(const AppWorld *w, Instance *i)
{
        char path[512];
        _cleanup_free_ char *text = NULL;
        snprintf(path, sizeof(path), PAAS_DRAIN, w->app, i->short_name);
        return file_read(path, DRAIN_FILE_MAX, &text, NULL) >= 0 &&
               text_parse_uint(text, UINT64_MAX, &i->drain_since) >= 0;
}

/* A file of an instance that vanished while we were away. */
static void remove_files(Engine *e)
{
        DIR *d = opendir(PAAS_DRAINS);
        for (struct dirent *entry = d ? readdir(d) : NULL; entry; entry = readdir(d)) {
                const char *colon = strchr(entry->d_name, ':');
                _cleanup_free_ char *app =
                        colon ? strndup(entry->d_name, (size_t) (colon - entry->d_name)) : NULL;
                AppWorld *w = app ? world_find(e, app) : NULL;
                if (app && (!w || !world_find_named(w, colon + 1)))
                        (void) unlinkat(dirfd(d), entry->d_name, 0);
        }
        if (d)
                closedir(d);
}

void drain_take_up(Engine *e)
{
        for (size_t k = 0; k < e->n_worlds; k++) {
                AppWorld *w = e->worlds[k];
                const AppState *s = catalog_find_app(&e->catalog, w->app);
                for (size_t n = 0; s && n < w->n_instances; n++) {
                        Instance *i = w->instances[n];
                        if (i->phase != INSTANCE_UNPROVEN || !was_leaving(w, i))
                                continue;
                        i->phase = INSTANCE_DRAINING;
                        leave_router(w, s, i);
                }
        }
        remove_files(e);
}

/* 0: nothing drains. While requests may end at any moment they are looked at more often than tunnels. */
static uint64_t drain_delay(Engine *e)
{
        uint64_t delay = 0, now = clock_monotonic();
        for (size_t i = 0; i < e->n_worlds; i++)
                for (size_t k = 0; k < e->worlds[i]->n_instances; k++) {
                        const Instance *instance = e->worlds[i]->instances[k];
                        if (instance->phase != INSTANCE_DRAINING || !instance_is_routed(instance))
                                continue;
                        uint64_t one = instance->drain_look == 0 ? POLL_USEC : USEC_PER_SEC;
                        if (instance->drain_settle > now)
                                one = instance->drain_settle - now;
                        if (delay == 0 || one < delay)
                                delay = one;
                }
        return delay;
}

/* One that is quiet tells its end by itself: nobody need look for it ten times a second. */
static bool something_waits(Engine *e)
{
        for (size_t i = 0; i < e->n_worlds; i++) {
                if (e->worlds[i]->not_before > 0 || e->worlds[i]->window)
                        return true;
                for (size_t k = 0; k < e->worlds[i]->n_instances; k++)
                        if (e->worlds[i]->instances[k]->next_attempt > 0 ||
                            e->worlds[i]->instances[k]->quiet_since > 0)
                                return true;
        }
        return false;
}

void drain_arm(Engine *e)
{
        uint64_t delay = drain_delay(e);
        if (delay == 0)
                delay = something_waits(e) ? USEC_PER_SEC : IDLE_USEC;
        if (!e->tick)
                return;
        /* What is planned is not put off: among many applications something changes all the time. */
        uint64_t planned, now = clock_monotonic();
        if (sd_event_source_get_enabled(e->tick, NULL) > 0 &&
            sd_event_source_get_time(e->tick, &planned) >= 0 && planned <= now + delay)
                return;
        (void) sd_event_source_set_time_relative(e->tick, delay);
        (void) sd_event_source_set_enabled(e->tick, SD_EVENT_ONESHOT);
}
