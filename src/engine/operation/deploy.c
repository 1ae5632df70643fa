/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/operation/deploy.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "basic/log.h"
#include "basic/text.h"
#include "engine/catalog/resolve.h"
#include "engine/cleanup/roomcheck.h"
#include "engine/cleanup/slugs.h"
#include "engine/fault.h"
#include "engine/operation/builddir.h"
#include "engine/operation/queue.h"
#include "engine/operation/rollout.h"
#include "render/buildunits.h"

static bool is_commit_id(const char *s)
{
        size_t n = strspn(s, "0123456789abcdef");
        return s[n] == '\0' && (n == 40 || n == 64);
}

/* All of it goes on command lines, into the operation's file and into the application's. */
static int check_request(const DeployRequest *request, const Actor *actor, Error *error)
{
        static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/-";
        const char *branch = request->branch;
        if (!request->commit[0] || request->commit[0] == '-' || strlen(request->commit) > 255)
                return error_set(error, -EINVAL, "\"%.255s\" is not the name of a commit", request->commit);
        if (branch && (!branch[0] || strchr("-./", branch[0]) || strlen(branch) > 200 ||
                       branch[strspn(branch, allowed)] || strstr(branch, "..")))
                return error_set(error, -EINVAL, "\"%.200s\" is not the name of a branch", branch);
        if (request->old_commit && !is_commit_id(request->old_commit))
                return error_set(error, -EINVAL, "\"%.64s\" is not a commit's id", request->old_commit);
        if (actor->request &&
            (strlen(actor->request) > 128 || actor->request[strspn(actor->request, allowed)]))
                return error_set(error, -EINVAL, "\"%.128s\" is not the id of a request", actor->request);
        return 0;
}

int deploy_submit(Engine *e, AppState *s, const DeployRequest *request, const Actor *actor, Job **ret,
                  Error *error)
{
        if (request->branch && s->app.branch && !streq(request->branch, s->app.branch))
                return error_set(error, -EINVAL, "%s is deployed: git push paas %s:%s", s->app.branch,
                                 request->branch, s->app.branch);
        _cleanup_free_ char *canary = NULL;
        int r = check_request(request, actor, error);
        if (r >= 0 && request->canary && *request->canary)
                r = setting_canonical(setting_find("canary"), request->canary, &canary, error);
        if (r < 0)
                return r;

        Job *j;
        r = job_new(e, s, OPERATION_DEPLOY, actor, &deploy_job_type, &j, error);
        if (r < 0)
                return r;
        Operation *o = &j->operation;
        r = text_replace(&o->commit, request->commit);
        if (r >= 0)
                r = text_replace(&o->old_commit, request->old_commit);
        if (r >= 0)
                r = text_replace(&o->branch, request->branch);
        o->forced = request->forced;
        o->detached = request->detached;
        o->no_rollback = request->no_rollback;
        o->supersede = request->supersede;
        o->canary = TAKE_PTR(canary);
        if (r >= 0)
                r = job_save(j);
        if (r < 0) { /* it is in the list already, and must not be carried out after this answer */
                job_fail(j, "cannot record the deploy: %s", strerror(-r));
                return error_set(error, r, "%s", j->error ? j->error : "out of memory");
        }
        fault_point("deploy:queued");
        if (o->supersede)
                queue_supersede(j);
        if (e->observer.job_new)
                e->observer.job_new(e->observer.userdata, j);
        job_run_queue(e);
        *ret = j;
        return 0;
}

/* Both ends have exited, or one of them failed. */
static void build_ended(Job *j);

static void source_done(void *userdata, int r, const char *text)
{
        Job *j = userdata;
        j->source = unit_call_free(j->source);
        j->source_failed = r < 0 || streq(text, "failed");
        build_ended(j);
}

/* Exit codes of systemd's own, for what went wrong before the program ran: systemd.exec(5), "Process exit
 * codes". A build may end with one, too: then its log says more than this. */
static bool could_not_start(const UnitStatus *status)
{
        return status->exit_code == CLD_EXITED && status->exit_status >= 200 && status->exit_status <= 245;
}

static void build_status(void *userdata, int r, const UnitStatus *status)
{
        Job *j = userdata;
        const Settings *s = &j->engine->settings;
        _cleanup_free_ char *unit = render_build_unit(j->operation.app, j->operation.number);
        j->build = unit_call_free(j->build);
        if (r >= 0 && status->result && streq(status->result, "timeout"))
                job_fail(j, "the build took longer than %llu s (timeout in [build] of paas.conf)",
                         (unsigned long long) s->build_timeout);
        else if (r >= 0 && status->result && streq(status->result, "oom-kill"))
                job_fail(j, "the build needed more memory than %llu MiB (memory in [build] of paas.conf)",
                         (unsigned long long) (s->build_memory >> 20));
        else if (r >= 0 && could_not_start(status))
                job_fail(j, "systemd could not start the build (status %d): journalctl -u %s says why",
                         status->exit_status, unit ?: "'paas-build-*'");
        else if (j->source_failed)
                job_fail(j, "the push was refused");
        else if (r >= 0 && (status->exit_code == CLD_KILLED || status->exit_code == CLD_DUMPED))
                job_fail(j, "the build was killed: %s", strsignal(status->exit_status));
        else
                job_fail(j, "the build failed");
}

static void built(Job *j)
{
        int r = builddir_take(j);
        if (r < 0) {
                job_fail(j, "the build's result cannot be used: %s", strerror(-r));
                return;
        }
        fault_point("built");
        j->waiting = true;
        job_run_queue(j->engine);
}

static void build_done(void *userdata, int r, const char *text)
{
        Job *j = userdata;
        j->build = unit_call_free(j->build);
        if (r >= 0 && streq(text, "done")) {
                builddir_stop_units(j);
                built(j);
                return;
        }
        _cleanup_free_ char *unit = render_build_unit(j->operation.app, j->operation.number);
        if (!unit || units_status(j->engine->units, unit, build_status, j, &j->build) < 0)
                job_fail(j, "the build failed");
}

static void build_ended(Job *j)
{
        /* The builder finds its input cut short and ends: it decides when all is over. */
        if (j->source_failed && !j->build)
                job_fail(j, "the push was refused");
}

static int start_units(Job *j, AppState *s)
{
        int fds[2];
        if (pipe2(fds, O_CLOEXEC) < 0)
                return -errno;
        _cleanup_close_ int pipe_read = fds[0], pipe_write = fds[1];
        const Operation *o = &j->operation;
        const Settings *settings = &j->engine->settings;
        const RenderBuild b = {
                .app = o->app,
                .app_id = s->app.id,
                .operation = o->number,
                .commit = o->commit,
                .tip = o->branch && s->release.commit ? s->release.commit : NULL,
                .old = o->old_commit,
                .request = o->request,
                .forced = o->forced || !o->branch,
                .build_uid = s->app.build_uid,
                .timeout = settings->build_timeout,
                .memory = settings->build_memory,
                .max_bytes = settings->build_max_source,
                .max_files = settings->build_max_files,
                .cache_quota = settings->cache_quota,
                .pipe_read = pipe_read,
                .pipe_write = pipe_write,
        };
        _cleanup_unit_spec_ UnitSpec *build = render_build(&b), *source = render_source(&b);
        int r = unit_spec_check(build);
        if (r >= 0)
                r = unit_spec_check(source);
        if (r >= 0)
                r = units_start(j->engine->units, source, NULL, 0, source_done, j, &j->source);
        if (r >= 0)
                r = units_start(j->engine->units, build, NULL, 0, build_done, j, &j->build);
        return r;
}

static void build_now(Job *j)
{
        AppState *s = job_app(j);
        _cleanup_error_ Error error = ERROR_NULL;
        int r = s ? builddir_make(j, s, &error) : -ENOENT;
        if (r >= 0)
                r = start_units(j, s);
        if (r < 0)
                job_fail(j, "cannot start the build: %s", error_text(&error, r));
}

static void begin_build(Job *j)
{
        AppState *s = job_app(j);
        AppWorld *w = s ? job_world(j) : NULL;
        j->waiting = false;
        if (!s) {
                job_fail(j, "the application was destroyed meanwhile");
                return;
        }
        (void) job_set_step(j, STEP_BUILDING);
        if (!is_commit_id(j->operation.commit)) {
                resolve_begin(j);
                return;
        }
        if (w)
                slugs_prune(w, s);
        roomcheck_begin(j, build_now);
}

/* It never began, or the host was started anew: the commit is there still. */
static void build_found(void *userdata, int r, const char *text)
{
        Job *j = userdata;
        if (r != -ENOENT) {
                build_done(userdata, r, text);
                return;
        }
        j->build = unit_call_free(j->build);
        begin_build(j);
}

/* After our own restart: the units have gone on without us, or are gone. */
static void take_up_build(Job *j)
{
        _cleanup_free_ char *unit = render_build_unit(j->operation.app, j->operation.number);
        j->waiting = false;
        if (!is_commit_id(j->operation.commit)) {
                begin_build(j);
                return;
        }
        if (builddir_is_taken(j)) {
                builddir_stop_units(j);
                j->waiting = true;
                job_run_queue(j->engine);
                return;
        }
        if (!unit || units_wait(j->engine->units, unit, build_found, j, &j->build) < 0)
                job_fail(j, "the build cannot be found any more");
}

static void release_built(Job *j)
{
        _cleanup_build_result_ BuildResult result = BUILD_RESULT_NULL;
        _cleanup_free_ char *procfile = NULL, *description = NULL;
        AppState *s = job_app(j);
        j->waiting = false;
        int r = s ? builddir_read_result(j, &result) : -ENOENT;
        if (r >= 0)
                r = procfile_format(&result.procfile, &procfile);
        if (r < 0 || asprintf(&description, "Deploy %.8s", j->operation.commit) < 0) {
                job_fail(j, "the build's result cannot be read: %s", strerror(r < 0 ? -r : ENOMEM));
                return;
        }
        (void) job_set_step(j, STEP_RELEASING);
        StoreFile files[2] = {
                {.path = "Procfile", .data = procfile, .length = strlen(procfile)},
                {.path = "app.json",
                 .data = result.app_json.text,
                 .length = result.app_json.text ? strlen(result.app_json.text) : 0},
        };
        const RolloutContent content = {
                .kind = RELEASE_DEPLOY,
                .description = description,
                .base = catalog_base(s),
                .slug = j->operation.slug,
                .manifest = result.manifest,
                .commit = j->operation.commit,
                .versions = result.versions,
                .listen = result.listen,
                .no_rollback = j->operation.no_rollback,
                .files = files,
                .n_files = 2,
        };
        rollout_release(j, &content);
}

static void deploy_step(Job *j)
{
        switch (j->operation.step) {
        case STEP_QUEUED:
                begin_build(j);
                break;
        case STEP_BUILDING:
                if (j->operation.slug && builddir_is_taken(j) && j->ticket > 0)
                        release_built(j);
                else
                        take_up_build(j);
                break;
        case STEP_RELEASING:
                if (!rollout_adopt(j)) {
                        release_built(j);
                        break;
                }
                __attribute__((fallthrough));
        default:
                j->waiting = false;
                rollout_start(j);
        }
}

static void deploy_abandon(Job *j)
{
        builddir_stop_units(j);
        builddir_remove(j);
        rollout_abandon(j);
}

/* Not before: its removal is no part of the way to the first answer. */
static void deploy_ended(Job *j)
{
        builddir_remove(j);
}

/* What it built goes, unless it is the slug of a release on record. */
static void deploy_failed(Job *j)
{
        AppState *s = job_app(j);
        AppWorld *w = s ? job_world(j) : NULL;
        if (w)
                slugs_prune(w, s);
}

const JobType deploy_job_type = {
        .step = deploy_step,
        .abandon = deploy_abandon,
        .ended = deploy_ended,
        .failed = deploy_failed,
};
