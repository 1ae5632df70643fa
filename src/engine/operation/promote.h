/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A promotion: what runs in one application is released in another, without a build. The slug's files are
 * the same ones, by hard links, so that neither application's life depends on the other's; the commit comes
 * into the target's repository before the release is made. The config is the target's own.
 */

#include "engine/operation/job.h"

extern const JobType promote_job_type;

/* One job in the target's release queue. Returns 0 without a job (`*ret` NULL) when the target has this very
 * slug and nothing waits there. */
int promote_submit(Engine *e, const AppState *source, AppState *target, const Actor *actor, Job **ret,
                   Error *error);
