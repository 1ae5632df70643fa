/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/operation/adjust.h"

#include <errno.h>
#include <string.h>

#include "basic/clock.h"
#include "basic/strv.h"
#include "basic/text.h"
#include "engine/operation/rolling.h"
#include "engine/operation/rollout.h"
#include "engine/operation/run.h"
#include "engine/traffic/drain.h"
#include "engine/traffic/drainclock.h"
#include "engine/world/observation.h"
#include "engine/world/quiet.h"
#include "engine/world/reconcile.h"

static int submit(Engine *e, AppState *s, OperationKind kind, const JobType *type, char *const *arguments,
                  const Actor *actor, Job **ret, Error *error)
{
        Job *j;
        int r = job_new(e, s, kind, actor, type, &j, error);
        if (r < 0)
                return r;
        for (char *const *a = arguments; r >= 0 && a && *a; a++)
                r = strv_append(&j->operation.arguments, *a);
        if (r >= 0)
                r = job_save(j);
        if (r < 0) { /* it is in the list already, and must not be carried out after this answer */
                job_fail(j, "cannot record the operation: %s", strerror(-r));
                return error_set(error, r, "%s", j->error ? j->error : "out of memory");
        }
        if (e->observer.job_new)
                e->observer.job_new(e->observer.userdata, j);
        job_run_queue(e);
        *ret = j;
        return 0;
}

static int commit_formation(Engine *e, AppState *s, const Formation *f, const char *action,
                            const char *subject, const Actor *actor, Error *error)
{
        const Record record = {.actor = actor,
                               .action = action,
                               .subject = subject,
                               .operation = s->last_operation + 1,
                               .status = "succeeded"};
        const AppChange change = {.formation = f};
        int r = job_check_room(e, s, error);
        return r < 0 ? r : catalog_change_app(&e->catalog, s, &change, &record, error);
}

int adjust_scale(Engine *e, AppState *s, char *const *changes, const Actor *actor, Job **ret, Error *error)
{
        _cleanup_formation_ Formation f = FORMATION_NULL;
        _cleanup_free_ char *joined = strv_join(changes, " "), *subject = NULL;
        int r = joined ? formation_copy(&s->formation, &f) : -ENOMEM;
        for (char *const *c = changes; r >= 0 && c && *c; c++)
                r = formation_change(&f, *c, s->release.slug ? &s->procfile : NULL, error);
        if (r < 0)
                return r;
        if (asprintf(&subject, "Scale %s", joined) < 0)
                return -ENOMEM;
        r = commit_formation(e, s, &f, "ps:scale", subject, actor, error);
        if (r < 0)
                return r;
        return submit(e, s, OPERATION_SCALE, &scale_job_type, changes, actor, ret, error);
}

static bool has_process(const AppWorld *w, const char *type, uint64_t index)
{
        for (size_t i = 0; w && i < w->n_instances; i++)
                if (w->instances[i]->name.index == index && streq(w->instances[i]->name.type, type))
                        return true;
        return false;
}

/* The type in "web" or "web.2"; -EINVAL with where to see what there is. */
static int check_what(Engine *e, const AppState *s, const char *what, char **ret_type, uint64_t *ret_index,
                      Error *error)
{
        const char *dot = strchr(what, '.');
        _cleanup_free_ char *type = dot ? strndup(what, (size_t) (dot - what)) : strdup(what);
        if (!type)
                return -ENOMEM;
        *ret_index = 0;
        if (dot && text_parse_uint(dot + 1, FORMATION_MAX_QUANTITY, ret_index) < 0)
                return error_set(error, -EINVAL,
                                 "\"%s\" is not a process: give a type (web) or a name (web.1)", what);
        if (!procfile_find(&s->procfile, type))
                return error_set(error, -EINVAL, "%s has no process type \"%s\" (see paas ps -a %s)",
                                 s->app.name, type, s->app.name);
        const FormationEntry *f = formation_find(&s->formation, type);
        if (*ret_index > 0 && !has_process(world_find(e, s->app.name), type, *ret_index) &&
            *ret_index > (f ? f->quantity : 0))
                return error_set(error, -EINVAL, "%s has no process %s (see paas ps -a %s)", s->app.name,
                                 what, s->app.name);
        *ret_type = TAKE_PTR(type);
        return 0;
}

/* Recorded also when the formation stays as it is: who restarted what is worth knowing. `type` NULL: all. */
static int set_stopped(Engine *e, AppState *s, const char *type, const char *what, bool stopped,
                       const Actor *actor, Error *error)
{
        _cleanup_formation_ Formation f = FORMATION_NULL;
        _cleanup_free_ char *subject = NULL;
        int r = formation_copy(&s->formation, &f);
        for (size_t i = 0; r >= 0 && i < f.n_entries; i++)
                if (!type || streq(f.entries[i].type, type))
                        f.entries[i].stopped = stopped;
        if (r < 0)
                return r;
        if (asprintf(&subject, "%s %s", stopped ? "Stop" : "Restart", what[0] ? what : "all processes") < 0)
                return -ENOMEM;
        return commit_formation(e, s, &f, stopped ? "ps:stop" : "ps:restart", subject, actor, error);
}

/* One process of a type is replaced; what is wished for stays. */
static int record_stop(Engine *e, AppState *s, const char *what, const Actor *actor, Error *error)
{
        _cleanup_free_ char *subject = NULL;
        if (asprintf(&subject, "Stop %s", what) < 0)
                return -ENOMEM;
        return commit_formation(e, s, NULL, "ps:stop", subject, actor, error);
}

int adjust_restart(Engine *e, AppState *s, const char *what, const Actor *actor, Job **ret, Error *error)
{
        _cleanup_free_ char *type = NULL, *copy = strdup(what);
        uint64_t index;
        if (!copy)
                return -ENOMEM;
        if (!s->release.slug)
                return error_set(error, -EINVAL, "%s runs nothing yet: push it first", s->app.name);
        int r = what[0] ? check_what(e, s, what, &type, &index, error) : 0;
        if (r >= 0)
                r = set_stopped(e, s, type, what, false, actor, error);
        if (r < 0)
                return r;
        char *const arguments[] = {copy, NULL};
        return submit(e, s, OPERATION_RESTART, &restart_job_type, arguments, actor, ret, error);
}

int adjust_start(Engine *e, AppState *s, const Actor *actor, Job **ret, Error *error)
{
        char all[] = "";
        char *const arguments[] = {all, NULL};
        return submit(e, s, OPERATION_RESTART, &restart_job_type, arguments, actor, ret, error);
}

int adjust_restart_types(Engine *e, AppState *s, char *const *types, const Actor *actor, Job **ret,
                         Error *error)
{
        return submit(e, s, OPERATION_RESTART, &restart_job_type, types, actor, ret, error);
}

int adjust_stop(Engine *e, AppState *s, const char *what, const Actor *actor, Job **ret, Error *error)
{
        _cleanup_free_ char *type = NULL, *copy = strdup(what);
        uint64_t index = 0;
        if (!copy)
                return -ENOMEM;
        bool run = run_is_one(e, s, what);
        int r = run ? 0 : check_what(e, s, what, &type, &index, error);
        if (r >= 0)
                r = index == 0 && !run ? set_stopped(e, s, type, what, true, actor, error)
                                       : record_stop(e, s, what, actor, error);
        if (r < 0)
                return r;
        char *const arguments[] = {copy, NULL};
        return submit(e, s, OPERATION_STOP, &stop_job_type, arguments, actor, ret, error);
}

static int too_late(sd_event_source *source, uint64_t usec, void *userdata)
{
        Job *j = userdata;
        job_fail(j,
                 "not all processes came up within %llu s; they go on being tried (see paas ps and paas "
                 "logs)",
                 (unsigned long long) j->engine->settings.boot_timeout);
        return 0;
}

static void follow(Job *j)
{
        AppWorld *w = job_world(j);
        Engine *e = j->engine;
        j->waiting = false;
        (void) job_set_step(j, STEP_STARTING);
        const AppState *s = job_app(j);
        uint64_t end = s ? quiet_longest_end(e, s) : 0;
        uint64_t limit = (e->settings.boot_timeout + end) * USEC_PER_SEC;
        (void) sd_event_add_time_relative(e->event, &j->deadline, CLOCK_MONOTONIC, limit, 0, too_late, j);
        if (w)
                world_observe(w);
        else
                job_fail(j, "out of memory");
}

static void scale_changed(Job *j)
{
        AppWorld *w = world_find(j->engine, j->operation.app);
        if (!w || j->operation.step != STEP_STARTING || !reconcile_is_settled(w))
                return;
        for (size_t i = 0; i < w->n_instances; i++)
                if (w->instances[i]->phase >= INSTANCE_DRAINING && !drain_is_long(w, w->instances[i]))
                        return;
        job_succeed(j);
}

static bool is_meant(const Job *j, const Instance *i)
{
        const char *what = j->operation.arguments ? j->operation.arguments[0] : "";
        char name[64];
        snprintf(name, sizeof(name), "%s.%u", i->name.type, i->name.index);
        return streq(what, i->name.type) || streq(what, name);
}

static void stop_begin(Job *j)
{
        AppWorld *w = job_world(j);
        AppState *s = job_app(j);
        /* Only what is there now: a successor of web.1 is not meant any more. */
        for (size_t i = 0; w && s && i < w->n_instances; i++)
                if (is_meant(j, w->instances[i]) && !w->instances[i]->launch &&
                    (w->instances[i]->phase == INSTANCE_READY || w->instances[i]->name.oneoff) &&
                    w->instances[i]->name.operation < j->operation.number)
                        drain_begin(w, s, w->instances[i]);
        follow(j);
        drain_arm(j->engine);
}

static void stop_changed(Job *j)
{
        AppWorld *w = world_find(j->engine, j->operation.app);
        if (!w || j->operation.step != STEP_STARTING)
                return;
        for (size_t i = 0; i < w->n_instances; i++)
                if (is_meant(j, w->instances[i]) && w->instances[i]->name.operation < j->operation.number &&
                    !drain_is_long(w, w->instances[i]))
                        return;
        job_succeed(j);
}

static void restart_begin(Job *j)
{
        j->waiting = false;
        rolling_begin(j);
}

static void nothing(Job *j)
{
        (void) j;
}

const JobType scale_job_type = {.step = follow, .world_changed = scale_changed, .abandon = nothing};
const JobType restart_job_type = {.step = restart_begin, .abandon = rollout_abandon};
const JobType stop_job_type = {.step = stop_begin, .world_changed = stop_changed, .abandon = nothing};
