/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* How many processes of which type a rollout stands up, and what it leaves in the application. */

#include "engine/operation/job.h"

/* The first deploy's formation: what app.json says, and else one web process. A release starts again what
 * ps:stop had stopped. Into `j->formation`. */
int rollout_decide_formation(Job *j, const AppState *s, const char *release_commit);

/* What was scaled while the new processes were being checked holds: the release only adds to it. */
int rollout_follow_scale(Job *j, const AppState *s);
