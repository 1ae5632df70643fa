/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Pipelines as people change them: one commit each. An application is in one pipeline at most. */

#include "engine/state.h"

/* With its first application, unless `s` is NULL. -EEXIST. */
int pipelines_create(Engine *e, const char *name, const AppState *s, Stage stage, const Actor *actor,
                     Error *error);
int pipelines_destroy(Engine *e, PipelineState *p, const Actor *actor, Error *error);
int pipelines_add(Engine *e, PipelineState *p, const AppState *s, Stage stage, const Actor *actor,
                  Error *error);

/* Another stage of the pipeline that the application is in. -ENOENT: it is in none. */
int pipelines_update(Engine *e, const AppState *s, Stage stage, const Actor *actor, Error *error);
int pipelines_remove(Engine *e, const AppState *s, const Actor *actor, Error *error);

/* An application is being destroyed: its pipeline goes on without it. */
int pipelines_forget(Engine *e, const AppState *s, const Actor *actor, Error *error);

/* Where a promotion of the application goes: its pipeline's next stage, or those of `names` (NULL, empty:
 * all) of it. `ret` is freed by the caller; its elements are the catalogue's. */
int pipelines_targets(Engine *e, const AppState *s, char *const *names, AppState ***ret, size_t *ret_n,
                      Error *error);
