/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A new release that is made of an old one, without a build: back to one that worked, or once more with one
 * that failed.
 */

#include "engine/operation/job.h"

typedef struct RollbackRequest {
        uint64_t version;  /* back to this; 0: the newest that had become current and stayed up */
        bool code, config; /* only one of the two; both or neither: all of it */
        bool run_release;  /* run its release command, which is otherwise not run */
        bool force;        /* over a wall */
} RollbackRequest;

/* -EINVAL and -ENOENT with what there is to go back to; -EPERM with the reason of a wall. */
int rollback_submit(Engine *e, AppState *s, const RollbackRequest *q, const Actor *actor, Job **ret,
                    Error *error);

/* What nobody asked for: `version` comes back, since the current release is bad. Overtakes what waits, and
 * locks. -EALREADY: it is on its way. */
int takeback_submit(Engine *e, AppState *s, uint64_t version, const char *reason, Job **ret, Error *error);

/* `version` 0: the newest release that failed. */
int retry_submit(Engine *e, AppState *s, uint64_t version, const Actor *actor, Job **ret, Error *error);

/* Whether its slug is still there, so that it can be made anew. */
bool rerelease_is_possible(const AppState *s, const Release *release);

/* Why it is not rolled back across; NULL: it may be. */
const char *rerelease_wall(const AppState *s, const Release *release);

/* releases:lock and releases:unlock; `reason` NULL: none any more. */
int rerelease_set_wall(Engine *e, AppState *s, uint64_t version, const char *reason, const Actor *actor,
                       Error *error);

extern const JobType rerelease_job_type;
