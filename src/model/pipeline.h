/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A pipeline: applications in the stages that the same code passes through. The file `pipeline` of
 * refs/paas/pipeline/<name>. An application is in one pipeline at most; who keeps that true is the engine.
 */

#include <stddef.h>
#include <stdint.h>

#include "basic/error.h"
#include "basic/uuid.h"

#define PIPELINE_APPS_MAX 100

typedef enum Stage { /* in the order in which code passes through them */
                     STAGE_REVIEW,
                     STAGE_DEVELOPMENT,
                     STAGE_STAGING,
                     STAGE_PRODUCTION,
                     _STAGE_MAX,
} Stage;

typedef struct PipelineApp {
        char *app;
        Stage stage;
} PipelineApp;

typedef struct Pipeline {
        char id[UUID_TEXT_SIZE];
        char *name;
        char *owner;       /* user name */
        uint64_t created;  /* realtime, usec; kept to the second */
        PipelineApp *apps; /* sorted by stage, then by name; each application once */
        size_t n_apps;
} Pipeline;

#define PIPELINE_NULL ((Pipeline){0})

const char *stage_to_string(Stage s); /* "staging" */
int stage_from_string(const char *s, Stage *ret, Error *e);

/* The rules of an application's name. */
int pipeline_name_check(const char *s, Error *e);

const PipelineApp *pipeline_find(const Pipeline *p, const char *app);

/* Puts an application into a stage, also one that is in another stage. 1: nothing has changed. -E2BIG. */
int pipeline_put(Pipeline *p, const char *app, Stage stage);
int pipeline_remove(Pipeline *p, const char *app); /* -ENOENT */

/* The next stage after this one that has an application. -ENOENT: it is the last. */
int pipeline_next_stage(const Pipeline *p, Stage stage, Stage *ret);

int pipeline_copy(const Pipeline *p, Pipeline *ret);
int pipeline_format(const Pipeline *p, char **ret);
int pipeline_parse(const char *text, size_t length, Pipeline *ret, Error *e);
void pipeline_clear(Pipeline *p);
#define _cleanup_pipeline_ _cleanup_(pipeline_clear)
