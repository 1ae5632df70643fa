/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>
#include <string.h>

#include "basic/strv.h"
#include "basic/text.h"
#include "engine/catalog/catalog-load.h"
#include "engine/catalog/catalog.h"

#define PIPELINE_FILE_MAX 65536

static PipelineState *pipeline_state_free(PipelineState *s)
{
        if (!s)
                return NULL;
        pipeline_clear(&s->pipeline);
        free(s);
        return NULL;
}
DEFINE_CLEANUP(PipelineState *, pipeline_state_free)

/* Takes it over on success. */
static int insert(Catalog *c, PipelineState *s)
{
        PipelineState **longer = reallocarray(c->pipelines, c->n_pipelines + 1, sizeof(PipelineState *));
        if (!longer)
                return -ENOMEM;
        c->pipelines = longer;
        size_t i = c->n_pipelines++;
        for (; i > 0 && strcmp(c->pipelines[i - 1]->pipeline.name, s->pipeline.name) > 0; i--)
                c->pipelines[i] = c->pipelines[i - 1];
        c->pipelines[i] = s;
        return 0;
}

static int load(Catalog *c, const char *ref, Error *e)
{
        _cleanup_(pipeline_state_freep) PipelineState *s = calloc(1, sizeof(PipelineState));
        _cleanup_free_ char *text = NULL;
        size_t n;
        if (!s)
                return -ENOMEM;
        int r = store_resolve(c->store, ref, s->head);
        if (r >= 0)
                r = store_read(c->store, s->head, "pipeline", PIPELINE_FILE_MAX, &text, &n);
        if (r >= 0)
                r = pipeline_parse(text, n, &s->pipeline, e);
        if (r >= 0)
                r = insert(c, s);
        if (r < 0)
                return error_prefix(e, r, "%s", ref);
        TAKE_PTR(s);
        return 0;
}

int catalog_load_pipelines(Catalog *c, Error *e)
{
        _cleanup_strv_ char **refs = NULL;
        int r = store_list_refs(c->store, "refs/paas/pipeline/", &refs);
        STRV_FOREACH(ref, refs)
                if (r >= 0)
                        r = load(c, *ref, e);
        return r;
}

void catalog_clear_pipelines(Catalog *c)
{
        for (size_t i = 0; i < c->n_pipelines; i++)
                pipeline_state_free(c->pipelines[i]);
        free(c->pipelines);
}

PipelineState *catalog_find_pipeline(Catalog *c, const char *name)
{
        for (size_t i = 0; i < c->n_pipelines; i++)
                if (streq(c->pipelines[i]->pipeline.name, name))
                        return c->pipelines[i];
        return NULL;
}

PipelineState *catalog_pipeline_of(Catalog *c, const char *app)
{
        for (size_t i = 0; i < c->n_pipelines; i++)
                if (pipeline_find(&c->pipelines[i]->pipeline, app))
                        return c->pipelines[i];
        return NULL;
}

int catalog_write_pipeline(Catalog *c, Pipeline *pipeline, const Record *record, Error *e)
{
        _cleanup_(pipeline_state_freep) PipelineState *new = NULL;
        _cleanup_free_ char *ref = NULL, *text = NULL;
        PipelineState *s = catalog_find_pipeline(c, pipeline->name);
        int r = pipeline_format(pipeline, &text);
        if (r >= 0 && asprintf(&ref, "refs/paas/pipeline/%s", pipeline->name) < 0)
                r = -ENOMEM;
        if (r >= 0 && !s) {
                new = calloc(1, sizeof(PipelineState));
                r = new ? 0 : -ENOMEM;
        }
        if (r < 0)
                return r;

        const StoreFile file = {.path = "pipeline", .data = text, .length = strlen(text)};
        StoreChange change = {.ref = ref, .expected = s ? s->head : NULL, .files = &file, .n_files = 1};
        char head[STORE_ID_SIZE];
        r = catalog_commit(c, &change, record, head, e);
        if (r < 0)
                return r;
        if (!s)
                s = new;
        pipeline_clear(&s->pipeline);
        s->pipeline = *pipeline;
        *pipeline = PIPELINE_NULL;
        memcpy(s->head, head, STORE_ID_SIZE);
        if (s == new) {
                r = insert(c, new);
                if (r >= 0)
                        TAKE_PTR(new);
        }
        return r;
}

int catalog_destroy_pipeline(Catalog *c, PipelineState *s, const Record *record, Error *e)
{
        _cleanup_free_ char *ref = NULL, *gone = NULL;
        if (asprintf(&ref, "refs/paas/pipeline/%s", s->pipeline.name) < 0 ||
            asprintf(&gone, "refs/paas/gone-pipeline/%s", s->pipeline.id) < 0)
                return -ENOMEM;

        StoreChange nothing = {.ref = ref, .expected = s->head};
        int r = catalog_commit(c, &nothing, record, s->head, e);
        if (r >= 0)
                r = store_rename_ref(c->store, ref, gone, s->head, e);
        if (r < 0)
                return r;
        for (size_t i = 0; i < c->n_pipelines; i++) {
                if (c->pipelines[i] != s)
                        continue;
                memmove(&c->pipelines[i], &c->pipelines[i + 1],
                        (c->n_pipelines - i - 1) * sizeof(PipelineState *));
                c->n_pipelines--;
                break;
        }
        pipeline_state_free(s);
        return 0;
}
