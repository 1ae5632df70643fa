/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/operation/rolling.h"

#include <errno.h>
#include <string.h>

#include "basic/text.h"
#include "engine/fault.h"
#include "engine/hostfiles.h"
#include "engine/operation/rollout.h"
#include "engine/operation/swap.h"
#include "engine/traffic/routing.h"
#include "engine/world/observation.h"
#include "engine/world/quiet.h"

/* One at a time of up to four, two of up to eight, … */
#define SHARE 4

static bool is_meant(char *const *what, const char *type, unsigned index)
{
        char name[64];
        snprintf(name, sizeof(name), "%s.%u", type, index);
        for (char *const *w = what; w && *w; w++)
                if (!**w || streq(*w, type) || streq(*w, name))
                        return true;
        return false;
}

static void serve(Job *j, AppState *s, const Instance *i)
{
        _cleanup_error_ Error error = ERROR_NULL;
        int r = routing_add(j->engine, s, i, &error);
        if (r < 0)
                job_fail(j, "the router does not take %s.%u: %s", i->name.type, i->name.index,
                         error_text(&error, r));
}

static void proven(Job *j, Instance *i)
{
        AppState *s = job_app(j);
        AppWorld *w = job_world(j);
        if (!s || !w)
                return;
        serve(j, s, i);
        fault_point("rolled");
        j->engine->world_observed(w); /* the old one leaves, and the next one's turn comes */
}

static unsigned count_busy(AppWorld *w, const Job *j, const char *type)
{
        unsigned n = 0;
        for (size_t k = 0; k < w->n_instances; k++)
                if (w->instances[k]->name.operation == j->operation.number && w->instances[k]->launch &&
                    streq(w->instances[k]->name.type, type))
                        n++;
        return n;
}

/* The newest one of this name that stays; NULL: there is none, and nothing to be replaced. */
static const Instance *find_newest(const AppWorld *w, const char *type, unsigned index)
{
        const Instance *newest = NULL;
        for (size_t k = 0; k < w->n_instances; k++) {
                const Instance *i = w->instances[k];
                if (i->name.index == index && !i->name.oneoff && i->phase <= INSTANCE_READY &&
                    streq(i->name.type, type) && (!newest || i->name.operation > newest->name.operation))
                        newest = i;
        }
        return newest;
}

/* 0: it was brought on its way, or waits for the old one to go; 1: it is there. */
static int replace(Job *j, AppState *s, AppWorld *w, const char *type, unsigned index)
{
        if (quiet_is_exclusive(s, type) && !swap_make_way(w, s, type, index, j->operation.number))
                return 0;
        int r = rollout_launch_one(j, w, &s->release, type, index);
        const Instance *own = r < 0 ? NULL : rollout_find_own(w, j, type, index);
        if (!own || own->phase != INSTANCE_READY)
                return r;
        serve(j, s, own);
        world_observe(w);
        return 1;
}

/* How many of the type are still to be replaced. The job has ended when it fails. */
static unsigned step_type(Job *j, AppState *s, AppWorld *w, const char *type)
{
        unsigned wanted = streq(type, "release") ? 0 : formation_wanted(&s->formation, type), left = 0;
        unsigned at_once = (wanted + SHARE - 1) / SHARE, busy = count_busy(w, j, type);
        for (unsigned index = 1; index <= wanted && !j->ended; index++) {
                const Instance *own = rollout_find_own(w, j, type, index),
                               *newest = find_newest(w, type, index);
                if (!is_meant(j->operation.arguments, type, index) ||
                    (own && own->phase == INSTANCE_READY) ||
                    (newest && newest->name.operation > j->operation.number)) /* reconcile was faster */
                        continue;
                left++;
                if ((own && own->launch) || (busy >= at_once && newest))
                        continue;
                int r = replace(j, s, w, type, index);
                if (r < 0)
                        job_fail(j, "cannot start %s.%u: %s", type, index, strerror(-r));
                left -= r > 0;
                busy += r == 0;
        }
        return left;
}

static void step(Job *j)
{
        AppState *s = job_app(j);
        AppWorld *w = job_world(j);
        unsigned left = 0;
        if (!s || !w) {
                job_fail(j, "the application was destroyed meanwhile");
                return;
        }
        for (size_t i = 0; i < s->procfile.n_processes && !j->ended; i++)
                left += step_type(j, s, w, s->procfile.processes[i].type);
        if (left == 0 && !j->ended) {
                job_succeed(j);
                j->engine->world_observed(w);
        }
}

void rolling_begin(Job *j)
{
        AppState *s = job_app(j);
        _cleanup_error_ Error error = ERROR_NULL;
        if (!s) {
                job_fail(j, "the application was destroyed meanwhile");
                return;
        }
        formation_clear(&j->formation);
        int r = formation_copy(&s->formation, &j->formation);
        if (r >= 0)
                r = hostfiles_write_environment(j->engine, s, s->current, &s->release, &s->procfile, &error);
        if (r < 0) {
                job_fail(j, "cannot prepare its environment: %s", error_text(&error, r));
                return;
        }
        (void) job_set_step(j, STEP_STARTING);
        j->one_proven = proven;
        j->world_changed = step;
        step(j);
}
