/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/operation/pipelines.h"

#include <errno.h>
#include <string.h>

#include "basic/clock.h"
#include "basic/strv.h"
#include "basic/text.h"
#include "basic/uuid.h"

#define PIPELINES_MAX 1000

static int refuse_taken(const PipelineState *p, const char *app, Error *error)
{
        return error_set(error, -EEXIST,
                         "%s is in the pipeline %s already. `paas pipelines:remove -a %s` takes it out.",
                         app, p->pipeline.name, app);
}

static int in_none(const AppState *s, Error *error)
{
        return error_set(error, -ENOENT, "%s is in no pipeline: paas pipelines:add NAME -a %s -s STAGE",
                         s->app.name, s->app.name);
}

static int commit(Engine *e, Pipeline *p, const char *action, const char *subject, const Actor *actor,
                  Error *error)
{
        const Record record = {.actor = actor, .action = action, .subject = subject, .status = "succeeded"};
        return catalog_write_pipeline(&e->catalog, p, &record, error);
}

static int describe(const char *name, const Actor *actor, Pipeline *p)
{
        int r = uuid_new(p->id);
        if (r >= 0)
                r = text_replace(&p->name, name);
        if (r >= 0)
                r = text_replace(&p->owner, actor->name);
        p->created = clock_realtime() / USEC_PER_SEC * USEC_PER_SEC;
        return r;
}

int pipelines_create(Engine *e, const char *name, const AppState *s, Stage stage, const Actor *actor,
                     Error *error)
{
        _cleanup_pipeline_ Pipeline p = PIPELINE_NULL;
        _cleanup_free_ char *subject = NULL;
        PipelineState *other = s ? catalog_pipeline_of(&e->catalog, s->app.name) : NULL;
        int r = pipeline_name_check(name, error);
        if (r >= 0 && catalog_find_pipeline(&e->catalog, name))
                r = error_set(error, -EEXIST, "There is a pipeline \"%s\" already. Choose another name.",
                              name);
        if (r >= 0 && other)
                r = refuse_taken(other, s->app.name, error);
        if (r >= 0 && e->catalog.n_pipelines >= PIPELINES_MAX)
                r = error_set(error, -E2BIG, "There are %d pipelines on this host: no more can be made.",
                              PIPELINES_MAX);
        if (r >= 0)
                r = describe(name, actor, &p);
        if (r >= 0 && s)
                r = pipeline_put(&p, s->app.name, stage);
        if (r >= 0)
                r = s ? asprintf(&subject, "Create pipeline %s with %s as %s", name, s->app.name,
                                 stage_to_string(stage))
                      : asprintf(&subject, "Create pipeline %s", name);
        return r < 0 ? r : commit(e, &p, "pipelines:create", subject, actor, error);
}

int pipelines_destroy(Engine *e, PipelineState *p, const Actor *actor, Error *error)
{
        _cleanup_free_ char *subject = NULL;
        if (asprintf(&subject, "Destroy pipeline %s", p->pipeline.name) < 0)
                return -ENOMEM;
        const Record record = {
                .actor = actor, .action = "pipelines:destroy", .subject = subject, .status = "succeeded"};
        return catalog_destroy_pipeline(&e->catalog, p, &record, error);
}

/* Puts it there, with a commit when that changes something. */
static int put(Engine *e, PipelineState *p, const AppState *s, Stage stage, const char *action,
               const Actor *actor, Error *error)
{
        _cleanup_pipeline_ Pipeline copy = PIPELINE_NULL;
        _cleanup_free_ char *subject = NULL;
        int r = pipeline_copy(&p->pipeline, &copy);
        if (r >= 0)
                r = pipeline_put(&copy, s->app.name, stage);
        if (r == -E2BIG)
                return error_set(error, r, "The pipeline %s has %d applications: no more fit in.", copy.name,
                                 PIPELINE_APPS_MAX);
        if (r != 0)
                return r < 0 ? r : 0;
        if (asprintf(&subject, "%s is %s of pipeline %s", s->app.name, stage_to_string(stage), copy.name) <
            0)
                return -ENOMEM;
        return commit(e, &copy, action, subject, actor, error);
}

int pipelines_add(Engine *e, PipelineState *p, const AppState *s, Stage stage, const Actor *actor,
                  Error *error)
{
        PipelineState *other = catalog_pipeline_of(&e->catalog, s->app.name);
        if (other)
                return refuse_taken(other, s->app.name, error);
        return put(e, p, s, stage, "pipelines:add", actor, error);
}

int pipelines_update(Engine *e, const AppState *s, Stage stage, const Actor *actor, Error *error)
{
        PipelineState *p = catalog_pipeline_of(&e->catalog, s->app.name);
        return p ? put(e, p, s, stage, "pipelines:update", actor, error) : in_none(s, error);
}

int pipelines_forget(Engine *e, const AppState *s, const Actor *actor, Error *error)
{
        PipelineState *p = catalog_pipeline_of(&e->catalog, s->app.name);
        _cleanup_pipeline_ Pipeline copy = PIPELINE_NULL;
        _cleanup_free_ char *subject = NULL;
        if (!p)
                return 0;
        int r = pipeline_copy(&p->pipeline, &copy);
        if (r >= 0)
                r = pipeline_remove(&copy, s->app.name);
        if (r >= 0 && asprintf(&subject, "Take %s out of pipeline %s", s->app.name, copy.name) < 0)
                r = -ENOMEM;
        return r < 0 ? r : commit(e, &copy, "pipelines:remove", subject, actor, error);
}

int pipelines_remove(Engine *e, const AppState *s, const Actor *actor, Error *error)
{
        if (!catalog_pipeline_of(&e->catalog, s->app.name))
                return in_none(s, error);
        return pipelines_forget(e, s, actor, error);
}

/* A name that was asked for and is not of the next stage. */
static int check_names(const Pipeline *p, Stage next, char *const *names, Error *error)
{
        for (char *const *name = names; name && *name; name++) {
                const PipelineApp *a = pipeline_find(p, *name);
                if (!a)
                        return error_set(error, -EINVAL,
                                         "%.60s is not in the pipeline %s: `paas pipelines:info %s` lists "
                                         "what is.",
                                         *name, p->name, p->name);
                if (a->stage != next)
                        return error_set(error, -EINVAL,
                                         "%s is %s: from here one promotes to %s, the next stage of the "
                                         "pipeline %s.",
                                         *name, stage_to_string(a->stage), stage_to_string(next), p->name);
        }
        return 0;
}

int pipelines_targets(Engine *e, const AppState *s, char *const *names, AppState ***ret, size_t *ret_n,
                      Error *error)
{
        const PipelineState *state = catalog_pipeline_of(&e->catalog, s->app.name);
        if (!state)
                return in_none(s, error);
        const Pipeline *p = &state->pipeline;
        Stage here = pipeline_find(p, s->app.name)->stage, next;
        int r = pipeline_next_stage(p, here, &next);
        if (r < 0)
                return error_set(error, -EINVAL,
                                 "%s is %s of the pipeline %s, and no application is in a stage after it.",
                                 s->app.name, stage_to_string(here), p->name);
        r = check_names(p, next, names, error);
        if (r < 0)
                return r;

        _cleanup_free_ AppState **targets = calloc(p->n_apps + 1, sizeof(AppState *));
        size_t n = 0;
        if (!targets)
                return -ENOMEM;
        for (size_t i = 0; i < p->n_apps; i++) {
                const PipelineApp *a = &p->apps[i];
                if (a->stage != next || (names && *names && !strv_contains(names, a->app)))
                        continue;
                AppState *target = catalog_find_app(&e->catalog, a->app);
                if (target)
                        targets[n++] = target;
        }
        *ret = TAKE_PTR(targets);
        *ret_n = n;
        return 0;
}
