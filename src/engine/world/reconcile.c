/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/world/reconcile.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "basic/clock.h"
#include "basic/log.h"
#include "basic/strv.h"
#include "basic/text.h"
#include "engine/access/enrol.h"
#include "engine/cleanup/assets.h"
#include "engine/cleanup/cleaner.h"
#include "engine/cleanup/slugs.h"
#include "engine/hostfiles.h"
#include "engine/operation/job.h"
#include "engine/operation/joblog.h"
#include "engine/traffic/drain.h"
#include "engine/traffic/routing.h"
#include "engine/world/crashrecord.h"
#include "engine/world/launch.h"
#include "engine/world/observation.h"
#include "engine/world/plan.h"
#include "engine/world/quiet.h"
#include "model/paths.h"
#include "render/instance.h"

#define RETRY_MAX_USEC (60 * USEC_PER_SEC)

void reconcile_clean_up(AppWorld *w, const Instance *i)
{
        AppState *s = catalog_find_app(&w->engine->catalog, w->app);
        if (s)
                (void) routing_remove(w->engine, s, i, true, NULL);
        drain_forget(w, i);
        cleaner_remove_layer(w->engine, w->app, i->short_name);
        if (hostfiles_remove_mount_point(w->app, i->short_name) == -EBUSY)
                w->mount_points_left = true;
        if (i->name.oneoff)
                hostfiles_remove_run(w->app, i->short_name);
}

static void launched(void *userdata, Launch *l, int r, const char *text)
{
        AppWorld *w = userdata;
        Instance *i = launch_instance(l);
        AppState *s = catalog_find_app(&w->engine->catalog, w->app);
        _cleanup_error_ Error error = ERROR_NULL;

        launch_free(l);
        if (r >= 0 && s)
                r = routing_add(w->engine, s, i, &error);
        if (r < 0) {
                w->failures++;
                uint64_t delay = USEC_PER_SEC << (w->failures < 6 ? w->failures : 6);
                w->not_before = clock_monotonic() + (delay < RETRY_MAX_USEC ? delay : RETRY_MAX_USEC);
                i->next_attempt = w->not_before;
                log_warning(0, "%s %s: %s; it is tried again", w->app, i->short_name,
                            text ? text : error_text(&error, r));
                if (i->phase == INSTANCE_READY)
                        i->phase = INSTANCE_UNPROVEN;
        } else {
                w->failures = 0;
                w->not_before = 0;
        }
        world_observe(w);
}

static int bring_up(AppWorld *w, AppState *s, Instance *i)
{
        const FormationEntry *f = formation_find(&s->formation, i->name.type);
        const LaunchRequest request = {
                .world = w,
                .instance = i,
                .release = &s->release,
                .size = f ? f->size : NULL,
                .done = launched,
                .userdata = w,
        };
        int r = launch_start(&request);
        if (r == -EALREADY) {
                i->phase = INSTANCE_READY;
                return 0;
        }
        return r;
}

static int launch_missing(AppWorld *w, AppState *s, const PlanStep *step)
{
        Engine *e = w->engine;
        _cleanup_error_ Error error = ERROR_NULL;
        Instance *i;
        if (world_last_operation(w) > s->last_operation)
                s->last_operation = world_last_operation(w);

        int r = hostfiles_make_etc(s);
        if (r >= 0)
                r = hostfiles_write_environment(e, s, s->current, &s->release, &s->procfile, &error);
        if (r < 0)
                return log_error(r, "%s: %s", w->app, error_text(&error, r));
        r = enrol_instance(w, s, &s->release, step->type, step->index, ++s->last_operation, &i);
        if (r < 0)
                return r;
        r = bring_up(w, s, i);
        if (r < 0)
                world_drop(w, i);
        return r;
}

static void apply_step(AppWorld *w, AppState *s, const PlanStep *step)
{
        uint64_t now = clock_monotonic();
        Instance *i = step->action == PLAN_LAUNCH ? NULL : w->instances[step->instance];
        int r = 0;

        switch (step->action) {
        case PLAN_LAUNCH:
                if (now >= w->not_before)
                        r = launch_missing(w, s, step);
                break;
        case PLAN_PROVE:
                if (now >= i->next_attempt)
                        r = bring_up(w, s, i);
                break;
        case PLAN_DRAIN:
                drain_begin(w, s, i);
                break;
        case PLAN_STOP:
                if (!i->launch && !instance_is_routed(i)) {
                        drain_begin(w, s, i); /* it has run since before this process was started */
                        break;
                }
                launch_free(i->launch);
                drain_stop(w, i);
                break;
        }
        if (r < 0) {
                log_error(r, "%s: cannot bring up %s", w->app, i ? i->short_name : step->type);
                w->not_before = now + 5 * USEC_PER_SEC;
                if (i)
                        i->next_attempt = w->not_before;
        }
}

/* A restart's are the application's own as soon as they are proven: then the next one's turn comes. */
static bool is_held(const Job *j, const Instance *i)
{
        return j && i->name.operation == j->operation.number &&
               !(j->operation.kind == OPERATION_RESTART && i->phase == INSTANCE_READY);
}

static int list_exclusive(const AppState *s, char ***ret)
{
        int r = 0;
        for (size_t i = 0; r >= 0 && i < s->procfile.n_processes; i++)
                if (quiet_is_exclusive(s, s->procfile.processes[i].type))
                        r = strv_append(ret, s->procfile.processes[i].type);
        return r;
}

static int make_plan(AppWorld *w, AppState *s, PlanStep **ret, size_t *ret_n)
{
        const Job *held = job_standing_up(w->engine, w->app);
        _cleanup_strv_ char **exclusive = NULL;
        int r = list_exclusive(s, &exclusive);
        if (r < 0)
                return r;
        _cleanup_free_ PlanInstance *observed = calloc(w->n_instances + 1, sizeof(PlanInstance));
        if (!observed)
                return -ENOMEM;
        for (size_t i = 0; i < w->n_instances; i++) {
                const Instance *instance = w->instances[i];
                observed[i] = (PlanInstance){
                        .name = &instance->name,
                        .ready = instance->phase == INSTANCE_READY,
                        .busy = instance->launch != NULL,
                        .leaving = instance->phase >= INSTANCE_DRAINING,
                        .stale = instance_is_stale(instance, s) || instance_lost_socket(instance),
                        .held = is_held(held, instance),
                };
        }
        const PlanWish wish = {
                .version = s->release.slug ? s->release.version : 0,
                .procfile = &s->procfile,
                .formation = &s->formation,
                .exclusive = exclusive,
                .operating = held,
        };
        return plan_app(&wish, observed, w->n_instances, ret, ret_n);
}

/* How a one-off of an operation ended is for that operation to read. */
static bool is_being_read(const AppWorld *w, const Instance *i)
{
        char id[128];
        snprintf(id, sizeof(id), "%s/%llu", w->app, (unsigned long long) i->name.operation);
        const Job *j = i->name.oneoff ? job_find(w->engine, id) : NULL;
        return j && !j->ended;
}

/* A unit that systemd gave up on has only its name left: out of the way with it. */
static void collect_failed(AppWorld *w)
{
        for (size_t i = 0; i < w->n_instances; i++) {
                Instance *instance = w->instances[i];
                if (instance->launch)
                        launch_observe(instance->launch);
        }
        for (size_t i = 0; i < w->n_instances; i++) {
                Instance *instance = w->instances[i];
                if (instance->loaded && !instance->launch && instance->state == UNIT_FAILED &&
                    !is_being_read(w, instance)) {
                        instance->phase = INSTANCE_STOPPING;
                        (void) units_reset_failed(w->engine->units, instance->unit);
                }
        }
}

/* A release command's unit stays until its operation has read how it ended: we may have died in between. */
static void collect_read(AppWorld *w)
{
        for (size_t i = w->n_instances; i-- > 0;) {
                Instance *instance = w->instances[i];
                if (instance->name.oneoff && streq(instance->name.type, "release") && instance->loaded &&
                    !instance->launch && instance->phase < INSTANCE_STOPPING && !is_being_read(w, instance))
                        drain_stop(w, instance);
        }
}

/* Where a rollback goes back to is a release that stayed up: that one did not is on record. */
static void record_crash(AppWorld *w, AppState *s)
{
        _cleanup_error_ Error error = ERROR_NULL;
        _cleanup_free_ char *subject = NULL;
        const Instance *crashed = NULL;
        for (size_t i = 0; i < w->n_instances; i++)
                if (w->instances[i]->name.version == s->release.version && !w->instances[i]->name.oneoff &&
                    instance_crashed(w->instances[i]))
                        crashed = w->instances[i];
        if (!crashed || s->crashed_version == s->release.version)
                return;
        if (asprintf(&subject, "%s.%u of v%llu crashes", crashed->name.type, crashed->name.index,
                     (unsigned long long) s->release.version) < 0)
                return;
        int r = crash_record(w->engine, s, subject, NULL, &error);
        if (r < 0)
                log_error(0, "%s: %s", w->app, error_text(&error, r));
}

static void update_router(AppWorld *w, AppState *s)
{
        const char *page = routing_page(s, w);
        if (!w->page || !streq(page, w->page)) {
                w->page = page;
                (void) routing_set_page(w->engine, s, page);
        }
        routing_write_soon(w->engine);
}

/* Of an instance that somebody stopped by hand: it would start that again. */
static void stop_stray_sockets(AppWorld *w)
{
        STRV_FOREACH(socket, w->stray_sockets)
                (void) units_stop(w->engine->units, *socket, NULL, NULL, NULL);
}

static void reconcile_destroyed(AppWorld *w)
{
        for (size_t i = 0; i < w->n_instances; i++) {
                launch_free(w->instances[i]->launch);
                if (w->instances[i]->phase != INSTANCE_STOPPING)
                        drain_stop(w, w->instances[i]);
        }
        stop_stray_sockets(w);
        slugs_unmount_unused(w, NULL);
        if (w->n_instances > 0 || w->stray_sockets || w->mounted.n > 0 || w->slug_stop)
                return;
        _cleanup_free_ char *slice = render_slice_name(w->app);
        if (slice)
                (void) units_stop(w->engine->units, slice, NULL, NULL, NULL);
        hostfiles_forget(w->app);
        world_remove(w->engine, w); /* the caller's `w` is gone with it: nothing follows */
}

void reconcile_app(AppWorld *w)
{
        if (!w->engine->started)
                return;
        AppState *s = catalog_find_app(&w->engine->catalog, w->app);
        if (!s) {
                reconcile_destroyed(w);
                return;
        }

        stop_stray_sockets(w);
        collect_failed(w);
        collect_read(w);
        drain_poll_quiet(w);
        record_crash(w, s);
        _cleanup_free_ PlanStep *steps = NULL;
        size_t n = 0;
        int r = make_plan(w, s, &steps, &n);
        if (r < 0) {
                log_error(r, "%s: cannot plan", w->app);
                return;
        }
        /* The plan's indices hold: applying a step adds instances, but takes none away. */
        for (size_t i = 0; i < n; i++)
                apply_step(w, s, &steps[i]);
        slugs_unmount_unused(w, s);
        if (w->slug_gone) {
                w->slug_gone = false;
                assets_prune(w->engine, s);
                slugs_prune(w, s); /* it may have been held by nothing but its last process */
        }
        update_router(w, s);
        drain_arm(w->engine);
        job_world_changed(w);
}

bool reconcile_is_settled(AppWorld *w)
{
        AppState *s = catalog_find_app(&w->engine->catalog, w->app);
        _cleanup_free_ PlanStep *steps = NULL;
        size_t n = 0;
        if (!s || make_plan(w, s, &steps, &n) < 0 || n > 0)
                return false;
        for (size_t i = 0; i < w->n_instances; i++)
                if (w->instances[i]->launch)
                        return false;
        return true;
}

/* systemd unmounts a layer shortly after its last process has gone. */
static void remove_mount_points(AppWorld *w)
{
        char path[512];
        snprintf(path, sizeof(path), PAAS_APP_MOUNTS, w->app);
        DIR *d = w->mount_points_left ? opendir(path) : NULL;
        if (!d)
                return;
        w->mount_points_left = false;
        for (struct dirent *entry = readdir(d); entry; entry = readdir(d))
                if (entry->d_name[0] != '.' && !world_find_named(w, entry->d_name) &&
                    hostfiles_remove_mount_point(w->app, entry->d_name) == -EBUSY)
                        w->mount_points_left = true;
        closedir(d);
}

void reconcile_tick(Engine *e)
{
        uint64_t now = clock_monotonic();
        for (size_t i = 0; i < e->n_worlds; i++) {
                AppWorld *w = e->worlds[i];
                bool due = w->not_before > 0 && now >= w->not_before;
                remove_mount_points(w);
                for (size_t k = 0; k < w->n_instances; k++) {
                        Instance *instance = w->instances[k];
                        if (instance->next_attempt > 0 && now >= instance->next_attempt) {
                                instance->next_attempt = 0;
                                due = true;
                        }
                }
                if (due) {
                        w->not_before = 0;
                        world_observe(w);
                }
        }
}
