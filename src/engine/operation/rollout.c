/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/operation/rollout.h"

#include <errno.h>
#include <string.h>

#include "basic/log.h"
#include "basic/text.h"
#include "engine/access/enrol.h"
#include "engine/cleanup/slugs.h"
#include "engine/fault.h"
#include "engine/hostfiles.h"
#include "engine/operation/releasephase.h"
#include "engine/operation/rollout-formation.h"
#include "engine/operation/swap.h"
#include "engine/traffic/canary.h"
#include "engine/traffic/drain.h"
#include "engine/traffic/routing.h"
#include "engine/traffic/window.h"
#include "engine/world/appinfo.h"
#include "engine/world/launch.h"
#include "engine/world/quiet.h"
#include "engine/world/tail.h"

static void all_proven(Job *j, AppState *s, AppWorld *w);
static void announce(Job *j, AppState *s, AppWorld *w);

static void proven(void *userdata, Launch *l, int r, const char *text)
{
        Job *j = userdata;
        Instance *i = launch_instance(l);
        AppState *s = job_app(j);
        AppWorld *w = job_world(j);

        launch_free(l);
        if (r < 0) {
                _cleanup_free_ char *name = NULL, *reason = strdup(text ? text : strerror(-r));
                if (asprintf(&name, "%s.%u", i->name.type, i->name.index) < 0)
                        name = NULL;
                tail_say(j, i);
                job_fail(j, "%s of release v%llu: %s", name ? name : "an instance",
                         (unsigned long long) i->name.version, reason ? reason : "failed");
                return;
        }
        j->pending--;
        if (j->one_proven)
                j->one_proven(j, i);
        else if (j->pending == 0 && s && w)
                all_proven(j, s, w);
}

static void started(void *userdata)
{
        Job *j = userdata;
        if (j->operation.step == STEP_STARTING)
                (void) job_set_step(j, STEP_CHECKING);
}

Instance *rollout_find_own(AppWorld *w, const Job *j, const char *type, unsigned index)
{
        for (size_t k = 0; k < w->n_instances; k++) {
                Instance *i = w->instances[k];
                if (i->name.operation == j->operation.number && i->name.index == index &&
                    streq(i->name.type, type) && i->phase <= INSTANCE_READY)
                        return i;
        }
        return NULL;
}

int rollout_launch_one(Job *j, AppWorld *w, const Release *release, const char *type, unsigned index)
{
        const AppState *s = job_app(j);
        Instance *i = rollout_find_own(w, j, type, index);
        if (!s)
                return -ENOENT;
        if (i && i->phase == INSTANCE_READY)
                return 0;
        if (!i) {
                int r = enrol_instance(w, s, release, type, index, j->operation.number, &i);
                if (r < 0)
                        return r;
        }

        const FormationEntry *f = formation_find(&j->formation, type);
        const LaunchRequest request = {
                .world = w,
                .instance = i,
                .release = release,
                .size = f ? f->size : NULL,
                .operation = j->id,
                .done = proven,
                .started = started,
                .userdata = j,
        };
        int r = launch_start(&request);
        if (r == -EALREADY) {
                i->phase = INSTANCE_READY;
                return 0;
        }
        if (r < 0 && !i->loaded)
                world_drop(w, i);
        if (r >= 0)
                j->pending++;
        return r;
}

/* Those of the types with strategy=stop-start, or of the others. */
static void launch_all(Job *j, AppState *s, AppWorld *w, const Release *release, const Procfile *procfile,
                       bool exclusive)
{
        int r;
        j->pending = 1; /* ours, until all are on their way */
        for (size_t i = 0; i < procfile->n_processes; i++) {
                const char *type = procfile->processes[i].type;
                unsigned wanted = streq(type, "release") ? 0 : formation_wanted(&j->formation, type);
                if (wanted == 0 || quiet_is_exclusive(s, type) != exclusive)
                        continue;
                job_say(j, "       Starting %u %s process%s", wanted, type, wanted == 1 ? "" : "es");
                for (unsigned index = 1; index <= wanted; index++) {
                        r = rollout_launch_one(j, w, release, type, index);
                        if (r < 0) {
                                job_fail(j, "cannot start %s.%u: %s", type, index, strerror(-r));
                                return;
                        }
                }
        }
        if (--j->pending == 0)
                all_proven(j, s, w);
}

/* The job has ended when it fails. */
static int read_own(Job *j, const AppState *s, Release *release, Procfile *procfile)
{
        _cleanup_error_ Error error = ERROR_NULL;
        int r = catalog_read_release(&j->engine->catalog, j->operation.release, release, procfile, &error);
        formation_clear(&j->formation);
        if (r >= 0) {
                /* Config vars that are set before the first push decide nothing for it. */
                r = release->slug ? rollout_decide_formation(j, s, j->operation.release)
                                  : formation_copy(&s->formation, &j->formation);
        }
        if (r < 0)
                job_fail(j, "cannot read its own release: %s", error_text(&error, r));
        return r;
}

/* The old of the types with strategy=stop-start are stopped; the new start when they have gone. */
static void make_way(Job *j)
{
        AppState *s = job_app(j);
        AppWorld *w = job_world(j);
        _cleanup_release_ Release release = RELEASE_NULL;
        _cleanup_procfile_ Procfile procfile = PROCFILE_NULL;
        bool clear = true;
        if (!s || !w) {
                job_fail(j, "the application was destroyed meanwhile");
                return;
        }
        if (read_own(j, s, &release, &procfile) < 0)
                return;
        for (size_t i = 0; i < procfile.n_processes; i++) {
                const char *type = procfile.processes[i].type;
                if (formation_wanted(&j->formation, type) > 0 && quiet_is_exclusive(s, type) &&
                    !swap_make_way(w, s, type, 0, j->operation.number))
                        clear = false;
        }
        j->world_changed = clear ? NULL : make_way;
        if (!clear) {
                fault_point("way-begun");
                return;
        }
        fault_point("way-made");
        j->way_made = true;
        launch_all(j, s, w, &release, &procfile, true);
}

/* Whatever went before: its processes start. */
static void stand_up(Job *j)
{
        AppState *s = job_app(j);
        AppWorld *w = job_world(j);
        _cleanup_release_ Release release = RELEASE_NULL;
        _cleanup_procfile_ Procfile procfile = PROCFILE_NULL;
        if (!s || !w) {
                job_fail(j, "the application was destroyed meanwhile");
                return;
        }
        if (read_own(j, s, &release, &procfile) < 0)
                return;
        (void) job_set_step(j, STEP_STARTING);
        job_say(j, "-----> Starting v%llu", (unsigned long long) release.version);
        launch_all(j, s, w, &release, &procfile, false);
}

void rollout_start(Job *j)
{
        AppState *s = job_app(j);
        AppWorld *w = job_world(j);
        _cleanup_release_ Release release = RELEASE_NULL;
        _cleanup_procfile_ Procfile procfile = PROCFILE_NULL;
        _cleanup_error_ Error error = ERROR_NULL;
        if (!s || !w) {
                job_fail(j, "the application was destroyed meanwhile");
                return;
        }

        if (text_equal(s->current, j->operation.release)) { /* the commit point was passed before */
                announce(j, s, w);
                return;
        }
        int r = read_own(j, s, &release, &procfile);
        if (r < 0)
                return;
        if (!release.slug) {
                (void) job_set_step(j, STEP_STARTING);
                j->way_made = true;
                all_proven(j, s, w);
                return;
        }
        r = hostfiles_make_etc(s);
        if (r >= 0)
                r = hostfiles_write_environment(j->engine, s, j->operation.release, &release, &procfile,
                                                &error);
        if (r < 0)
                job_fail(j, "cannot prepare its environment: %s", error_text(&error, r));
        else if (releasephase_is_due(j, &procfile))
                releasephase_begin(j, w, &release, &procfile, stand_up);
        else
                stand_up(j);
}

static int add_to_router(Job *j, AppState *s, AppWorld *w, Error *error)
{
        for (size_t k = 0; k < w->n_instances; k++) {
                Instance *i = w->instances[k];
                if (i->name.operation != j->operation.number || i->phase != INSTANCE_READY)
                        continue;
                int r = routing_add(j->engine, s, i, error);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int commit_switch(Job *j, AppState *s, Error *error)
{
        _cleanup_free_ char *subject = NULL;
        const Actor actor = job_actor(j);
        if (asprintf(&subject, "Release v%llu is current", (unsigned long long) j->operation.version) < 0)
                return -ENOMEM;
        int r = rollout_follow_scale(j, s);
        if (r < 0)
                return r;
        const Record record = {
                .actor = &actor,
                .action = operation_kind_to_string(j->operation.kind),
                .subject = subject,
                .operation = j->operation.number,
                .version = j->operation.version,
                .status = "succeeded",
        };
        App app = s->app; /* shallow: only the branch differs */
        if (!app.branch)
                app.branch = j->operation.branch;
        const AppChange change = {
                .app = app.branch != s->app.branch ? &app : NULL,
                .formation = &j->formation,
                .current = j->operation.release,
                .recorded = s->recorded[0] ? "" : NULL, /* it is part of this release, or was before it */
        };
        return catalog_change_app(&j->engine->catalog, s, &change, &record, error);
}

/* What it replaces gets no request after the end has been told: reconcile does not wait to observe first. */
static void succeed(Job *j, AppWorld *w)
{
        job_succeed(j);
        j->engine->world_observed(w);
}

static void announce_window(Job *j, const AppState *s, const struct Window *x)
{
        if (s->release.no_rollback)
                return;
        if (x->hopeless)
                job_say(j, "       v%llu was bad: it does not come back by itself when this one fails",
                        (unsigned long long) x->previous);
        else
                job_say(j, "       v%llu comes back by itself when this one fails within %llu s",
                        (unsigned long long) x->previous,
                        (unsigned long long) settings_number(&s->settings, NULL, "rollback-window"));
}

static void announce(Job *j, AppState *s, AppWorld *w)
{
        _cleanup_free_ char *url = app_url(j->engine, s);
        job_say(j, "-----> Released v%llu", (unsigned long long) j->operation.version);
        if (url && url[0] && procfile_find(&s->procfile, "web"))
                job_say(j, "       %s deployed to paas", url);
        if (w->window)
                announce_window(j, s, w->window);
        slugs_prune(w, s);
        succeed(j, w);
}

static void switch_release(Job *j, AppState *s, AppWorld *w)
{
        _cleanup_error_ Error error = ERROR_NULL;
        int r = add_to_router(j, s, w, &error);
        if (r >= 0)
                r = canary_end(j, s, &error);
        if (r < 0) {
                job_fail(j, "the router does not take its processes: %s", error_text(&error, r));
                return;
        }
        fault_point("servers-added");
        window_open(j, s, w);
        fault_point("window-open");
        r = commit_switch(j, s, &error);
        if (r < 0) {
                job_fail(j, "cannot make it current: %s", error_text(&error, r));
                return;
        }
        fault_point("committed");
        announce(j, s, w);
}

static void all_proven(Job *j, AppState *s, AppWorld *w)
{
        if (!j->way_made) {
                unsigned percent = canary_share(j, s, w);
                if (percent > 0)
                        canary_begin(j, percent, make_way);
                else
                        make_way(j);
                return;
        }
        (void) job_set_step(j, STEP_SWITCHING);
        switch_release(j, s, w);
}

void rollout_abandon(Job *j)
{
        canary_abandon(j);
        AppWorld *w = world_find(j->engine, j->operation.app);
        for (size_t k = w ? w->n_instances : 0; k-- > 0;) {
                Instance *i = w->instances[k];
                if (i->name.operation != j->operation.number || i->phase >= INSTANCE_DRAINING)
                        continue;
                if (j->operation.kind == OPERATION_RESTART && i->phase == INSTANCE_READY)
                        continue; /* it has taken its place */
                launch_free(i->launch);
                drain_stop(w, i);
        }
}
