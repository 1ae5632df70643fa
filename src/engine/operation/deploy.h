/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Builds a commit and releases it: `git push`, `paas deploy`. */

#include "engine/operation/job.h"

extern const JobType deploy_job_type;

typedef struct DeployRequest {
        const char *commit;     /* a commit id, or a name that the repository resolves */
        const char *old_commit; /* what a push named as the old value; NULL: no push, or a new branch */
        const char *branch;     /* the branch that was pushed; NULL: `paas deploy` */
        bool forced, detached, no_rollback;
        bool supersede;     /* those that came before and are not released yet are cancelled */
        const char *canary; /* "10%": which share of the requests it gets first; NULL, "": as it is set */
} DeployRequest;

int deploy_submit(Engine *e, AppState *s, const DeployRequest *request, const Actor *actor, Job **ret,
                  Error *error);
