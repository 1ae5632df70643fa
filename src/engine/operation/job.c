/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/operation/job.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>

#include "basic/clock.h"
#include "basic/file.h"
#include "basic/log.h"
#include "basic/text.h"
#include "basic/uuid.h"
#include "engine/fault.h"
#include "engine/operation/joblog.h"
#include "engine/world/observation.h"
#include "model/paths.h"

#define KEEP_ENDED_USEC (600 * USEC_PER_SEC)
/* Of one application: each that waits is compared with the others whenever one of them goes on. */
#define PENDING_MAX 100
#define OPERATION_FILE_MAX (256 * 1024)

static int operation_path(const Job *j, char path[512])
{
        snprintf(path, 512, PAAS_OPERATION, j->operation.app, (unsigned long long) j->operation.number);
        return 0;
}

Job *job_free(Job *j)
{
        if (!j)
                return NULL;
        unit_call_free(j->build);
        unit_call_free(j->source);
        unit_call_free(j->phase_status);
        measure_free(j->measure);
        sd_event_source_disable_unref(j->resolve_io);
        sd_event_source_disable_unref(j->deadline);
        closep(&j->resolve_fd);
        operation_clear(&j->operation);
        formation_clear(&j->formation);
        free(j->id);
        free(j->error);
        free(j->waits_for);
        free(j);
        return NULL;
}
DEFINE_CLEANUP(Job *, job_free)

int job_save(Job *j)
{
        _cleanup_free_ char *text = NULL;
        char path[512];
        operation_path(j, path);
        int r = operation_format(&j->operation, &text);
        return r < 0 ? r : file_write(path, text, strlen(text), 0600, FILE_OWNER_SELF, FILE_SYNC);
}

static int job_insert(Engine *e, Job *j)
{
        Job **longer = reallocarray(e->jobs, e->n_jobs + 1, sizeof(Job *));
        if (!longer)
                return -ENOMEM;
        e->jobs = longer;
        e->jobs[e->n_jobs++] = j;
        return 0;
}

int job_restore(Engine *e, Operation *operation, const JobType *type, Job **ret)
{
        _cleanup_(job_freep) Job *j = calloc(1, sizeof(Job));
        if (!j)
                return -ENOMEM;
        j->engine = e;
        j->type = type;
        j->resolve_fd = -1;
        j->waiting = true;
        if (asprintf(&j->id, "%s/%llu", operation->app, (unsigned long long) operation->number) < 0)
                return -ENOMEM;
        j->ended = operation->step >= STEP_DONE;
        j->ended_at = clock_monotonic();

        int r = job_insert(e, j);
        if (r < 0)
                return r;
        j->operation = *operation;
        *operation = OPERATION_NULL;
        *ret = TAKE_PTR(j);
        return 0;
}

static uint64_t next_operation(Engine *e, AppState *s)
{
        AppWorld *w = world_find(e, s->app.name);
        uint64_t loaded = w ? world_last_operation(w) : 0;
        if (loaded > s->last_operation)
                s->last_operation = loaded;
        return ++s->last_operation;
}

int job_check_room(Engine *e, const AppState *s, Error *error)
{
        size_t n = 0;
        for (size_t i = 0; i < e->n_jobs; i++)
                n += !e->jobs[i]->ended && streq(e->jobs[i]->operation.app, s->app.name);
        if (n < PENDING_MAX)
                return 0;
        return error_set(
                error, -EBUSY,
                "%s has %zu operations already that have not ended: `paas deploys -a %s` lists them",
                s->app.name, n, s->app.name);
}

int job_new(Engine *e, AppState *s, OperationKind kind, const Actor *actor, const JobType *type, Job **ret,
            Error *error)
{
        _cleanup_operation_ Operation o = OPERATION_NULL;
        char request[UUID_TEXT_SIZE];

        int r = job_check_room(e, s, error);
        if (r >= 0)
                r = uuid_new(request);
        if (r >= 0)
                r = text_replace(&o.app, s->app.name);
        if (r >= 0)
                r = text_replace(&o.actor, actor->name);
        if (r >= 0)
                r = text_replace(&o.request, actor->request ? actor->request : request);
        if (r >= 0)
                r = text_replace(&o.from, actor->from);
        if (r < 0)
                return r;
        o.number = next_operation(e, s);
        o.kind = kind;
        o.step = STEP_QUEUED;
        o.created = clock_realtime();
        return job_restore(e, &o, type, ret);
}

int job_load_all(Engine *e, int (*each)(Engine *e, Operation *operation))
{
        DIR *d = opendir(PAAS_OPERATIONS);
        if (!d)
                return errno == ENOENT ? 0 : -errno;
        int r = 0;
        for (struct dirent *entry = readdir(d); r >= 0 && entry; entry = readdir(d)) {
                _cleanup_free_ char *text = NULL;
                _cleanup_operation_ Operation o = OPERATION_NULL;
                _cleanup_error_ Error error = ERROR_NULL;
                size_t n;
                const char *dot = strrchr(entry->d_name, '.');
                uint64_t number;
                if (dot && dot[1] && text_parse_uint(dot + 1, UINT64_MAX, &number) < 0) {
                        /* We were killed while it was written: a temporary name that was never renamed. */
                        (void) unlinkat(dirfd(d), entry->d_name, 0);
                        continue;
                }
                if (entry->d_name[0] == '.' ||
                    file_read_at(dirfd(d), entry->d_name, OPERATION_FILE_MAX, &text, &n) < 0)
                        continue;
                if (operation_parse(text, n, &o, &error) < 0) {
                        /* A temporary name that was never renamed, or a file of a later version. */
                        log_warning(0, PAAS_OPERATIONS "/%s: ignoring it: %s", entry->d_name,
                                    error_text(&error, 0));
                        continue;
                }
                r = each(e, &o);
        }
        closedir(d);
        return r;
}

void job_changed(Job *j)
{
        if (j->engine->observer.job_changed)
                j->engine->observer.job_changed(j->engine->observer.userdata, j);
}

int job_set_step(Job *j, OperationStep step)
{
        char point[64];
        snprintf(point, sizeof(point), "%s:before-%s", operation_kind_to_string(j->operation.kind),
                 operation_step_to_string(step));
        fault_point(point);

        j->operation.step = step;
        int r = job_save(j);
        if (r < 0)
                log_error(r, "%s: cannot record step %s", j->id, operation_step_to_string(step));
        snprintf(point, sizeof(point), "%s:%s", operation_kind_to_string(j->operation.kind),
                 operation_step_to_string(step));
        fault_point(point);
        job_changed(j); /* also with a full disk: somebody waits for the end */
        return r;
}

void job_say(Job *j, const char *format, ...)
{
        _cleanup_free_ char *message = NULL;
        va_list ap;
        va_start(ap, format);
        if (vasprintf(&message, format, ap) < 0)
                message = NULL;
        va_end(ap);
        AppState *s = job_app(j);
        if (message)
                joblog_write(j->id, j->operation.app, s ? s->app.id : NULL, message);
}

static void job_end(Job *j, OperationStep step)
{
        j->ended = true;
        j->waiting = false;
        j->ended_at = clock_monotonic();
        j->build = unit_call_free(j->build);
        j->source = unit_call_free(j->source);
        j->phase_status = unit_call_free(j->phase_status);
        j->measure = measure_free(j->measure);
        j->deadline = sd_event_source_disable_unref(j->deadline);
        j->resolve_io = sd_event_source_disable_unref(j->resolve_io);
        closep(&j->resolve_fd);
        j->resolve_fd = -1;
        (void) job_set_step(j, step);
        AppState *s = job_app(j);
        joblog_end(j->id, j->operation.app, s ? s->app.id : NULL);
        job_run_queue(j->engine);
        AppWorld *w = job_world(j);
        if (w)
                world_observe(w); /* reconcile cleans up behind it */
}

void job_succeed(Job *j)
{
        if (j->ended)
                return;
        if (j->type->ended)
                j->type->ended(j);
        job_end(j, STEP_DONE);
}

/* What did not work is in the history too, with an unchanged tree. */
static void record_failure(Job *j, const Actor *by, const char *status)
{
        AppState *s = job_app(j);
        if (!s)
                return;
        _cleanup_error_ Error error = ERROR_NULL;
        _cleanup_free_ char *subject = NULL,
                            *reason = j->error ? strndup(j->error, strcspn(j->error, "\n")) : NULL;
        const Actor actor = by ? *by : job_actor(j);
        const char *kind = operation_kind_to_string(j->operation.kind);
        if (asprintf(&subject, "%s %s", kind, status) < 0)
                return;
        const Record record = {
                .actor = &actor,
                .action = kind,
                .subject = subject,
                .operation = j->operation.number,
                .version = j->operation.version,
                .status = status,
                .reason = reason,
        };
        const AppChange nothing = {0};
        int r = catalog_change_app(&j->engine->catalog, s, &nothing, &record, &error);
        if (r < 0)
                log_error(0, "%s: %s", j->id, error_text(&error, r));
}

void job_fail(Job *j, const char *format, ...)
{
        if (j->ended)
                return;
        va_list ap;
        va_start(ap, format);
        free(j->error);
        if (vasprintf(&j->error, format, ap) < 0)
                j->error = NULL;
        va_end(ap);
        j->type->abandon(j);
        record_failure(j, NULL, "failed");
        job_end(j, STEP_FAILED);
        if (j->type->failed)
                j->type->failed(j);
}

void job_cancel_by(Job *j, const Actor *actor, const char *reason)
{
        if (j->ended)
                return;
        (void) text_replace(&j->error, reason);
        j->type->abandon(j);
        record_failure(j, actor, "canceled");
        job_end(j, STEP_CANCELED);
        if (j->type->failed)
                j->type->failed(j);
}

void job_cancel(Job *j, const char *reason)
{
        job_cancel_by(j, NULL, reason);
}

const char *job_state(const Job *j)
{
        switch (j->operation.step) {
        case STEP_DONE:
                return "succeeded";
        case STEP_FAILED:
                return "failed";
        case STEP_CANCELED:
                return "canceled";
        case STEP_QUEUED:
                return "queued";
        default:
                return "running";
        }
}

AppState *job_app(Job *j)
{
        return catalog_find_app(&j->engine->catalog, j->operation.app);
}

AppWorld *job_world(Job *j)
{
        return world_get(j->engine, j->operation.app);
}

Actor job_actor(const Job *j)
{
        UserState *u = catalog_find_user(&j->engine->catalog, j->operation.actor);
        return (Actor){
                .name = j->operation.actor,
                .email = u ? u->user.email : "",
                .request = j->operation.request,
                .from = j->operation.from,
        };
}

Job *job_find(Engine *e, const char *id)
{
        for (size_t i = 0; i < e->n_jobs; i++)
                if (streq(e->jobs[i]->id, id))
                        return e->jobs[i];
        return NULL;
}

bool job_pending(Engine *e, const char *app, OperationKind kind)
{
        for (size_t i = 0; i < e->n_jobs; i++)
                if (!e->jobs[i]->ended && e->jobs[i]->operation.kind == kind &&
                    streq(e->jobs[i]->operation.app, app))
                        return true;
        return false;
}

Job *job_standing_up(Engine *e, const char *app)
{
        for (size_t i = 0; i < e->n_jobs; i++) {
                Job *j = e->jobs[i];
                if (!j->ended && j->operation.step >= STEP_STARTING && j->operation.step <= STEP_SWITCHING &&
                    j->operation.kind != OPERATION_SCALE && j->operation.kind != OPERATION_STOP &&
                    streq(j->operation.app, app))
                        return j;
        }
        return NULL;
}

void job_world_changed(AppWorld *w)
{
        for (size_t i = 0; i < w->engine->n_jobs; i++) {
                Job *j = w->engine->jobs[i];
                if (j->ended || !streq(j->operation.app, w->app))
                        continue;
                if (j->type->world_changed)
                        j->type->world_changed(j);
                else if (j->world_changed)
                        j->world_changed(j);
        }
}

void job_run_queue(Engine *e)
{
        if (e->queue)
                (void) sd_event_source_set_enabled(e->queue, SD_EVENT_ONESHOT);
}

void job_expire(Engine *e)
{
        uint64_t now = clock_monotonic();
        size_t kept = 0;
        for (size_t i = 0; i < e->n_jobs; i++) {
                Job *j = e->jobs[i];
                if (!j->ended || now - j->ended_at < KEEP_ENDED_USEC) {
                        e->jobs[kept++] = j;
                        continue;
                }
                char path[512];
                operation_path(j, path);
                (void) unlink(path);
                if (e->observer.job_removed)
                        e->observer.job_removed(e->observer.userdata, j);
                job_free(j);
        }
        e->n_jobs = kept;
}
