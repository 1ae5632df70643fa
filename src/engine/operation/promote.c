/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/operation/promote.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "basic/text.h"
#include "engine/cleanup/cleaner.h"
#include "engine/fault.h"
#include "engine/operation/builddir.h"
#include "engine/operation/rollout.h"
#include "model/appjson.h"
#include "model/paths.h"
#include "render/promoteunits.h"

static bool has_pending(Engine *e, const char *app)
{
        for (size_t i = 0; i < e->n_jobs; i++)
                if (!e->jobs[i]->ended && streq(e->jobs[i]->operation.app, app))
                        return true;
        return false;
}

static int describe(Job *j, const AppState *source)
{
        Operation *o = &j->operation;
        int r = text_replace(&o->commit, source->release.commit);
        if (r >= 0)
                r = text_replace(&o->slug, source->release.slug);
        if (r >= 0) /* the target's, when nothing was ever pushed to it */
                r = text_replace(&o->branch, source->app.branch);
        if (r >= 0)
                r = strv_appendf(&o->arguments, "source %s", source->app.name);
        if (r >= 0)
                r = strv_appendf(&o->arguments, "release %s", source->current);
        o->no_rollback = source->release.no_rollback;
        return r < 0 ? r : job_save(j);
}

static const char *argument(const Job *j, const char *name)
{
        STRV_FOREACH(a, j->operation.arguments) {
                const char *value = text_after(*a, name);
                if (value)
                        return value;
        }
        return "";
}

int promote_submit(Engine *e, const AppState *source, AppState *target, const Actor *actor, Job **ret,
                   Error *error)
{
        *ret = NULL;
        if (!source->release.slug || !source->release.commit)
                return error_set(error, -EINVAL,
                                 "Nothing runs in %s that could be promoted: push to it first",
                                 source->app.name);
        if (text_equal(source->release.slug, target->release.slug) && !has_pending(e, target->app.name))
                return 0;

        Job *j;
        int r = job_new(e, target, OPERATION_PROMOTE, actor, &promote_job_type, &j, error);
        if (r < 0)
                return r;
        r = describe(j, source);
        if (r < 0) { /* it is in the list already, and must not be carried out after this answer */
                job_fail(j, "cannot record the promotion: %s", strerror(-r));
                return error_set(error, r, "%s", j->error ? j->error : "out of memory");
        }
        fault_point("promote:queued");
        if (e->observer.job_new)
                e->observer.job_new(e->observer.userdata, j);
        job_run_queue(e);
        *ret = j;
        return 0;
}

static RenderPromotion render(const Job *j, const AppState *s)
{
        return (RenderPromotion){
                .app = j->operation.app,
                .app_id = s->app.id,
                .operation = j->operation.number,
                .source = argument(j, "source "),
                .slug = j->operation.slug,
                .commit = j->operation.commit,
        };
}

static char *describe_release(const Job *j, const Release *release)
{
        char *text = NULL;
        return asprintf(&text, "Promote %s v%llu %.8s", argument(j, "source "),
                        (unsigned long long) release->version, j->operation.commit) < 0
                       ? NULL
                       : text;
}

/* Both are there: what is released is what the source's release was made of. */
static void release_promoted(Job *j)
{
        Engine *e = j->engine;
        AppState *s = job_app(j);
        const char *commit = argument(j, "release ");
        _cleanup_release_ Release release = RELEASE_NULL;
        _cleanup_free_ char *procfile = NULL, *app_json = NULL, *description = NULL;
        _cleanup_error_ Error error = ERROR_NULL;
        size_t length = 0, app_json_length = 0;
        int r = s ? catalog_read_release(&e->catalog, commit, &release, NULL, &error) : -ENOENT;
        if (r >= 0)
                r = store_read(e->store, commit, "Procfile", PROCFILE_MAX_BYTES, &procfile, &length);
        if (r >= 0)
                r = store_read(e->store, commit, "app.json", APPJSON_MAX_BYTES, &app_json, &app_json_length);
        if (r == -ENOENT && procfile) /* it has none */
                r = 0;
        description = r >= 0 ? describe_release(j, &release) : NULL;
        if (!description) {
                job_fail(j, "cannot read the release that is promoted: %s",
                         error_text(&error, r < 0 ? r : -ENOMEM));
                return;
        }
        const StoreFile files[] = {
                {.path = "Procfile", .data = procfile, .length = length},
                {.path = "app.json", .data = app_json, .length = app_json_length},
        };
        const RolloutContent content = {
                .kind = RELEASE_PROMOTION,
                .description = description,
                .base = catalog_base(s),
                .slug = release.slug,
                .manifest = release.manifest,
                .commit = release.commit,
                .versions = release.versions,
                .listen = release.listen,
                .no_rollback = j->operation.no_rollback,
                .files = files,
                .n_files = ELEMENTSOF(files),
        };
        rollout_release(j, &content);
}

static void go_on(Job *j)
{
        if (!j->build && !j->source)
                release_promoted(j);
}

static void part_path(const Job *j, char path[512])
{
        snprintf(path, 512, PAAS_SLUG_PART, j->operation.app, j->operation.slug ? j->operation.slug : "",
                 (unsigned long long) j->operation.number);
}

/* The directory gets its name when all of it is there, and has it after a power cut too. */
static int take_slug(const Job *j)
{
        char part[512], slug[512], directory[512];
        part_path(j, part);
        snprintf(slug, sizeof(slug), PAAS_SLUG, j->operation.app, j->operation.slug);
        snprintf(directory, sizeof(directory), PAAS_SLUGS, j->operation.app);
        if (rename(part, slug) < 0)
                return -errno;
        _cleanup_close_ int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        return fd < 0 || fsync(fd) < 0 ? -errno : 0;
}

static int start_link(Job *j, const AppState *s);
static int start_transfer(Job *j, const AppState *s);

/* What was begun before our own restart goes on, or has ended and is begun again: doing it twice does no
 * harm. 1: the unit was looked after. */
static int found_running(Job *j, int r, char *unit, UnitDone done, int (*start)(Job *, const AppState *),
                         UnitCall **call)
{
        _cleanup_free_ char *name = unit;
        const AppState *s = job_app(j);
        if (r != -EEXIST && r != -ENOENT)
                return 0;
        if (!s || !name)
                return s ? -ENOMEM : -ENOENT;
        r = r == -EEXIST ? units_wait(j->engine->units, name, done, j, call) : start(j, s);
        return r < 0 ? r : 1;
}

static void linked(void *userdata, int r, const char *text)
{
        Job *j = userdata;
        j->build = unit_call_free(j->build);
        int found = found_running(j, r, render_link_unit(j->operation.app, j->operation.number), linked,
                                  start_link, &j->build);
        if (found > 0)
                return;
        if (found == 0 && r >= 0) {
                fault_point("promote:linked");
                found = take_slug(j);
                if (found >= 0)
                        fault_point("promote:taken");
        }
        if (r < 0 || found < 0)
                job_fail(j, "the slug of %s is not there any more", argument(j, "source "));
        else
                go_on(j);
}

static void transferred(void *userdata, int r, const char *text)
{
        Job *j = userdata;
        j->source = unit_call_free(j->source);
        int found = found_running(j, r, render_transfer_unit(j->operation.app, j->operation.number),
                                  transferred, start_transfer, &j->source);
        if (found > 0)
                return;
        if (r < 0 || found < 0) {
                job_fail(j, "commit %.8s of %s did not come into its repository", j->operation.commit,
                         argument(j, "source "));
                return;
        }
        fault_point("promote:fetched");
        go_on(j);
}

static int start_link(Job *j, const AppState *s)
{
        const RenderPromotion p = render(j, s);
        _cleanup_unit_spec_ UnitSpec *spec = render_link(&p);
        int r = unit_spec_check(spec);
        return r < 0 ? r : units_start(j->engine->units, spec, NULL, 0, linked, j, &j->build);
}

static int start_transfer(Job *j, const AppState *s)
{
        const RenderPromotion p = render(j, s);
        _cleanup_unit_spec_ UnitSpec *spec = render_transfer(&p);
        int r = unit_spec_check(spec);
        return r < 0 ? r : units_start(j->engine->units, spec, NULL, 0, transferred, j, &j->source);
}

static bool has_commit(const Job *j)
{
        char path[512];
        snprintf(path, sizeof(path), PAAS_REPOSITORY "/refs/paas/released/%s", j->operation.app,
                 j->operation.commit);
        return access(path, F_OK) == 0;
}

static void promote_begin(Job *j)
{
        AppState *s = job_app(j);
        j->waiting = false;
        if (!s) {
                job_fail(j, "the application was destroyed meanwhile");
                return;
        }
        (void) job_set_step(j, STEP_RELEASING);
        job_say(j, "-----> Promoting %.8s of %s", j->operation.commit, argument(j, "source "));
        int r = builddir_is_taken(j) ? 0 : start_link(j, s);
        if (r >= 0 && !has_commit(j))
                r = start_transfer(j, s);
        if (r < 0)
                job_fail(j, "cannot begin the promotion: %s", strerror(-r));
        else
                go_on(j);
}

static void promote_step(Job *j)
{
        if (j->operation.step == STEP_QUEUED || (j->operation.step == STEP_RELEASING && !rollout_adopt(j))) {
                promote_begin(j);
                return;
        }
        j->waiting = false;
        rollout_start(j);
}

static void promote_abandon(Job *j)
{
        _cleanup_free_ char *link = render_link_unit(j->operation.app, j->operation.number),
                            *transfer = render_transfer_unit(j->operation.app, j->operation.number);
        char part[512], name[128];
        j->build = unit_call_free(j->build);
        j->source = unit_call_free(j->source);
        if (link)
                (void) units_stop(j->engine->units, link, NULL, NULL, NULL);
        if (transfer)
                (void) units_stop(j->engine->units, transfer, NULL, NULL, NULL);
        part_path(j, part);
        snprintf(name, sizeof(name), "link-%s.%llu", j->operation.app,
                 (unsigned long long) j->operation.number);
        if (access(part, F_OK) == 0)
                cleaner_remove(j->engine, name, part, link);
        rollout_abandon(j);
}

const JobType promote_job_type = {.step = promote_step, .abandon = promote_abandon};
