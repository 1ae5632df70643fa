/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* settings:set: one commit and no release; then what it acts on is started anew. */

#include "engine/operation/job.h"
#include "model/setting.h"

typedef struct Tuning {
        const char *key;
        const char *value; /* NULL or "": back to the default */
} Tuning;

/* What they would make of the application's settings; nothing is changed. */
int tune_preview(const AppState *s, const Tuning *list, size_t n, AppSettings *ret, Error *error);

/* All of them or none. With `restart` the processes of the types that were changed are replaced, which is
 * `ret_job`; NULL when there is nothing to replace. 1 when something has changed, 0 when all was so before.
 */
int tune_app(Engine *e, AppState *s, const Tuning *list, size_t n, bool restart, const Actor *actor,
             Job **ret_job, Error *error);
