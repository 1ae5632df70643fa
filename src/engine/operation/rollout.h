/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * From a slug and a config to a running release: commit it (that gives it its number), stand its instances
 * up beside the old ones, check them, switch. Deploys and config changes both end here.
 */

#include "engine/operation/job.h"

/* What a new release is made of. */
typedef struct RolloutContent {
        ReleaseKind kind;
        const char *description;
        const char *base; /* commit whose tree it starts from (its config); NULL: nothing */
        const char *slug, *manifest, *commit; /* NULL: nothing is deployed yet */
        char *const *versions;
        Listen listen;
        bool no_rollback;
        const StoreFile *files; /* over the base's */
        size_t n_files;
} RolloutContent;

/* Commits the release and begins to stand it up. Ends the job when it cannot. */
void rollout_release(Job *j, const RolloutContent *content);

/* Commits the release and nothing more: the next one goes on from it. Ends the job. */
void rollout_record(Job *j, const RolloutContent *content);

/* The rest of it, when we died behind the commit. */
void rollout_finish_record(Job *j);

/* True when the release was committed before we were restarted: the operation then knows it. */
bool rollout_adopt(Job *j);

/* Goes on with a release that is committed already: after our own restart too. */
void rollout_start(Job *j);

/* The operation's own `type`.`index`, that has not begun to leave; NULL: there is none yet. */
Instance *rollout_find_own(AppWorld *w, const Job *j, const char *type, unsigned index);

/* Brings it up, or proves it again; a failure ends the job. */
int rollout_launch_one(Job *j, AppWorld *w, const Release *release, const char *type, unsigned index);

/* Stops what it has stood up; a restart's that have taken their places stay. */
void rollout_abandon(Job *j);
