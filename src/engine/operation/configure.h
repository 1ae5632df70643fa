/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A change of config vars: a release without a build. Values wait sealed, under refs/paas/pending/<job>. */

#include "engine/operation/job.h"
#include "model/config.h"

extern const JobType configure_job_type;

/* `set` and `unset` (names) in one release; with `no_restart` one that is not started, and that the next one
 * goes on from. Returns 0 without a job (`*ret` NULL) when nothing would change. */
int configure_submit(Engine *e, AppState *s, const Config *set, char *const *unset, bool no_restart,
                     const Actor *actor, Job **ret, Error *error);

/* Once all jobs are loaded: values that were sealed for one that never came to be are removed. */
void configure_drop_orphans(Engine *e);
