/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "model/pipeline.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "basic/text.h"
#include "model/codec.h"
#include "model/name.h"

static const char *const stage_names[_STAGE_MAX] = {
        [STAGE_REVIEW] = "review",
        [STAGE_DEVELOPMENT] = "development",
        [STAGE_STAGING] = "staging",
        [STAGE_PRODUCTION] = "production",
};

const char *stage_to_string(Stage s)
{
        return (unsigned) s < _STAGE_MAX ? stage_names[s] : NULL;
}

int stage_from_string(const char *s, Stage *ret, Error *e)
{
        for (int i = 0; i < _STAGE_MAX; i++) {
                if (!streq(s, stage_names[i]))
                        continue;
                *ret = (Stage) i;
                return 0;
        }
        return error_set(e, -EINVAL,
                         "\"%.40s\" is not a stage: they are review, development, staging and production",
                         s);
}

int pipeline_name_check(const char *s, Error *e)
{
        if (app_name_check(s, NULL) >= 0)
                return 0;
        return error_set(e, -EINVAL,
                         "\"%.60s\" cannot be a pipeline's name: at most %d of a-z, 0-9 and single dashes "
                         "inside, a letter first",
                         s, APP_NAME_MAX);
}

static PipelineApp *find(const Pipeline *p, const char *app)
{
        for (size_t i = 0; i < p->n_apps; i++)
                if (streq(p->apps[i].app, app))
                        return &p->apps[i];
        return NULL;
}

const PipelineApp *pipeline_find(const Pipeline *p, const char *app)
{
        return find(p, app);
}

static int by_stage(const void *a, const void *b)
{
        const PipelineApp *x = a, *y = b;
        return x->stage != y->stage ? (x->stage < y->stage ? -1 : 1) : strcmp(x->app, y->app);
}

int pipeline_put(Pipeline *p, const char *app, Stage stage)
{
        PipelineApp *known = find(p, app);
        if (known && known->stage == stage)
                return 1;
        if (!known) {
                if (p->n_apps >= PIPELINE_APPS_MAX)
                        return -E2BIG;
                PipelineApp *longer = reallocarray(p->apps, p->n_apps + 1, sizeof(PipelineApp));
                if (!longer)
                        return -ENOMEM;
                p->apps = longer;
                known = &p->apps[p->n_apps];
                known->app = strdup(app);
                if (!known->app)
                        return -ENOMEM;
                p->n_apps++;
        }
        known->stage = stage;
        qsort(p->apps, p->n_apps, sizeof(PipelineApp), by_stage);
        return 0;
}

int pipeline_remove(Pipeline *p, const char *app)
{
        PipelineApp *known = find(p, app);
        if (!known)
                return -ENOENT;
        size_t i = (size_t) (known - p->apps);
        free(known->app);
        memmove(known, known + 1, (p->n_apps - i - 1) * sizeof(PipelineApp));
        p->n_apps--;
        return 0;
}

int pipeline_next_stage(const Pipeline *p, Stage stage, Stage *ret)
{
        for (size_t i = 0; i < p->n_apps; i++) {
                if (p->apps[i].stage <= stage)
                        continue;
                *ret = p->apps[i].stage;
                return 0;
        }
        return -ENOENT;
}

static int app_to_json(const PipelineApp *a, Json **ret)
{
        DocWriter w = doc_new();
        doc_put_text(&w, "app", a->app);
        doc_put_text(&w, "stage", stage_to_string(a->stage));
        return doc_take(&w, ret);
}

int pipeline_format(const Pipeline *p, char **ret)
{
        DocWriter w = doc_new();
        doc_put_text(&w, "id", p->id);
        doc_put_text(&w, "name", p->name);
        doc_put_text(&w, "owner", p->owner);
        doc_put_time(&w, "created", p->created);

        Json *stages = js_array();
        for (size_t i = 0; i < p->n_apps; i++) {
                Json *j = NULL;
                int r = app_to_json(&p->apps[i], &j);
                if (r >= 0)
                        r = js_add(stages, j);
                doc_note(&w, r);
        }
        doc_put(&w, "stages", stages);
        return doc_finish(&w, ret);
}

static void read_app(DocReader *d, const Json *j, Pipeline *p)
{
        _cleanup_free_ char *app = NULL, *name = NULL;
        Stage stage = STAGE_REVIEW;
        DocReader inner = doc_enter(d, j);
        doc_text(&inner, "app", &app);
        doc_text(&inner, "stage", &name);
        doc_leave(d, &inner);
        if (d->failed < 0)
                return;
        if (app_name_check(app, NULL) < 0)
                doc_fail(d, -EBADMSG, "stages", "has what is not an application's name");
        else if (stage_from_string(name, &stage, NULL) < 0)
                doc_fail(d, -EBADMSG, "stages", "has what is not a stage");
        else if (find(p, app))
                doc_fail(d, -EBADMSG, "stages", "has an application twice");
        else if (pipeline_put(p, app, stage) < 0)
                doc_fail(d, -ENOMEM, "stages", NULL);
}

static void read_apps(DocReader *d, Pipeline *p)
{
        const Json *stages = js_get(d->at, "stages");
        if (!js_is_array(stages) || js_size(stages) > PIPELINE_APPS_MAX) {
                doc_fail(d, -EBADMSG, "stages", "is not a list of at most 100 applications");
                return;
        }
        for (size_t i = 0; d->failed == 0 && i < js_size(stages); i++)
                read_app(d, js_at(stages, i), p);
}

int pipeline_parse(const char *text, size_t length, Pipeline *ret, Error *e)
{
        _cleanup_doc_ DocReader d = {0};
        _cleanup_pipeline_ Pipeline p = PIPELINE_NULL;

        int r = doc_open(text, length, "the stored pipeline", &d, e);
        if (r < 0)
                return r;
        doc_uuid(&d, "id", p.id);
        doc_text(&d, "name", &p.name);
        doc_text(&d, "owner", &p.owner);
        doc_time(&d, "created", &p.created);
        if (d.failed == 0)
                read_apps(&d, &p);
        if (d.failed == 0 && pipeline_name_check(p.name, NULL) < 0)
                doc_fail(&d, -EBADMSG, "name", "is not a pipeline's name");
        if (d.failed == 0 && user_name_check(p.owner, NULL) < 0)
                doc_fail(&d, -EBADMSG, "owner", "is not a user's name");
        if (d.failed < 0)
                return d.failed;

        *ret = p;
        p = PIPELINE_NULL;
        return 0;
}

int pipeline_copy(const Pipeline *p, Pipeline *ret)
{
        _cleanup_free_ char *text = NULL;
        int r = pipeline_format(p, &text);
        return r < 0 ? r : pipeline_parse(text, strlen(text), ret, NULL);
}

void pipeline_clear(Pipeline *p)
{
        for (size_t i = 0; i < p->n_apps; i++)
                free(p->apps[i].app);
        free(p->apps);
        free(p->name);
        free(p->owner);
        *p = PIPELINE_NULL;
}
