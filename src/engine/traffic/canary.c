/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/traffic/canary.h"

#include <errno.h>

#include "basic/clock.h"
#include "basic/log.h"
#include "basic/strv.h"
#include "basic/text.h"
#include "engine/fault.h"
#include "engine/traffic/drain.h"
#include "engine/traffic/routing.h"
#include "engine/world/tail.h"
#include "engine/world/tally.h"

#define LOOK_USEC (500 * USEC_PER_MSEC)
#define LIMIT_USEC (60 * USEC_PER_SEC)
#define BLIND_USEC (10 * USEC_PER_SEC)

static bool is_own(const Job *j, const Instance *i)
{
        return i->name.operation == j->operation.number && i->phase == INSTANCE_READY &&
               instance_is_routed(i);
}

unsigned canary_share(Job *j, const AppState *s, const AppWorld *w)
{
        bool own = false, other = false;
        uint64_t percent = settings_number(&s->settings, NULL, "canary");
        if (j->operation.canary)
                percent = setting_number(setting_find("canary"), j->operation.canary);
        for (size_t k = 0; k < w->n_instances; k++) {
                const Instance *i = w->instances[k];
                own = own || is_own(j, i);
                other = other || (i->phase == INSTANCE_READY && instance_is_routed(i) &&
                                  i->name.version == s->release.version);
        }
        return own && other && percent < 100 && j->operation.kind != OPERATION_ROLLBACK ? (unsigned) percent
                                                                                        : 0;
}

/* Also when the router was reloaded meanwhile, and knows nothing of it any more. */
static int put_aside(Job *j, const AppState *s, AppWorld *w, Error *error)
{
        _cleanup_strv_ char **servers = NULL;
        int r = 0;
        for (size_t k = 0; r >= 0 && k < w->n_instances; k++) {
                if (!is_own(j, w->instances[k]))
                        continue;
                r = routing_add_aside(j->engine, s, w->instances[k], error);
                if (r >= 0)
                        r = strv_append(&servers, w->instances[k]->short_name);
        }
        return r < 0 ? r : routing_share(j->engine, s, servers, j->canary_percent, error);
}

int canary_end(Job *j, const AppState *s, Error *error)
{
        int r = j->canary_percent > 0 ? routing_share(j->engine, s, NULL, 0, error) : 0;
        if (r >= 0)
                j->canary_percent = 0;
        return r;
}

void canary_abandon(Job *j)
{
        AppState *s = job_app(j);
        AppWorld *w = world_find(j->engine, j->operation.app);
        if (j->canary_percent == 0 || !s || !w)
                return;
        (void) canary_end(j, s, NULL);
        for (size_t k = 0; k < w->n_instances; k++)
                if (is_own(j, w->instances[k]))
                        drain_begin(w, s, w->instances[k]);
        drain_arm(j->engine);
}

static void refuse(Job *j, const AppState *s, const Standing *now, const char *complaint)
{
        if (now->ended)
                tail_say(j, now->ended);
        fault_point("canary-refused");
        job_fail(j,
                 "v%llu had %u%% of the requests and is taken out again: %s. v%llu goes on serving; `paas "
                 "logs "
                 "-a %s` shows what both said",
                 (unsigned long long) j->operation.version, j->canary_percent, complaint,
                 (unsigned long long) s->release.version, s->app.name);
}

/* True: it is to go on looking. */
static bool look(Job *j, AppState *s, AppWorld *w)
{
        _cleanup_error_ Error error = ERROR_NULL;
        _cleanup_free_ char *complaint = NULL;
        Standing now, old;
        int r = standing_read(w, s, j->operation.version, &now, &error);
        if (r >= 0)
                r = standing_read(w, s, s->release.version, &old, &error);
        if (r >= 0 && !routing_has_share(j->engine, s))
                r = put_aside(j, s, w, &error);
        if (r < 0 && r != -EAGAIN) /* not while the router is reloaded */
                log_warning(0, "%s: cannot see how it does: %s", j->id, error_text(&error, r));
        if (r < 0)
                now = old = (Standing){.ends = now.ends, .ended = now.ended};

        /* Nothing is decided blindly, as long as somebody is about to answer again. */
        uint64_t patience = r < 0 ? BLIND_USEC : 0;
        bool over = now.tally.requests >= VERDICT_SAMPLE || clock_monotonic() >= j->canary_until + patience;
        complaint = standing_complaint(&now, &old.tally, s->release.version, j->canary_ends,
                                       over ? 1 : VERDICT_SAMPLE);
        if (complaint) {
                refuse(j, s, &now, complaint);
                return false;
        }
        if (!over)
                return true;
        if (now.tally.requests == 0)
                job_say(j, "       Nobody asked it for anything, which proves nothing: it gets all of them "
                           "now");
        else
                job_say(j, "       %llu requests to it, %llu errors: it gets all of them now",
                        (unsigned long long) now.tally.requests, (unsigned long long) now.tally.errors);
        fault_point("canary-passed");
        j->phase_done(j);
        return false;
}

static int look_again(sd_event_source *source, uint64_t usec, void *userdata)
{
        Job *j = userdata;
        AppState *s = job_app(j);
        AppWorld *w = job_world(j);
        j->deadline = sd_event_source_disable_unref(j->deadline);
        if (!s || !w)
                job_fail(j, "the application was destroyed meanwhile");
        else if (look(j, s, w)) {
                int r = sd_event_add_time_relative(j->engine->event, &j->deadline, CLOCK_MONOTONIC,
                                                   LOOK_USEC, 0, look_again, j);
                if (r < 0)
                        job_fail(j, "cannot wait for its requests: out of memory");
        }
        return 0;
}

void canary_begin(Job *j, unsigned percent, void (*go_on)(Job *j))
{
        AppState *s = job_app(j);
        AppWorld *w = job_world(j);
        Standing now = {0};
        _cleanup_error_ Error error = ERROR_NULL;
        (void) job_set_step(j, STEP_CANARY);
        j->phase_done = go_on;
        j->canary_percent = percent;
        j->canary_until = clock_monotonic() + LIMIT_USEC;
        int r = put_aside(j, s, w, &error);
        if (r >= 0)
                r = standing_read(w, s, j->operation.version, &now, &error);
        j->canary_ends = now.ends;
        if (r < 0) {
                job_fail(j, "the router does not take its processes: %s", error_text(&error, r));
                return;
        }
        job_say(j, "-----> Canary: v%llu gets %u%% of the requests, until it has had %u or for 60 s",
                (unsigned long long) j->operation.version, percent, VERDICT_SAMPLE);
        fault_point("canary-begun");
        r = sd_event_add_time_relative(j->engine->event, &j->deadline, CLOCK_MONOTONIC, LOOK_USEC, 0,
                                       look_again, j);
        if (r < 0)
                job_fail(j, "cannot wait for its requests: out of memory");
}
