/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What makes no release: ps:scale, ps:restart, ps:stop. Scale and stop commit first and apply after. */

#include "engine/operation/job.h"

extern const JobType scale_job_type, restart_job_type, stop_job_type;

/* `changes`: "web=2", "worker+1", … */
int adjust_scale(Engine *e, AppState *s, char *const *changes, const Actor *actor, Job **ret, Error *error);

/* `what`: "" (all), a type, or one instance's name. */
int adjust_restart(Engine *e, AppState *s, const char *what, const Actor *actor, Job **ret, Error *error);
/* All that the formation wants, without a change of it: after a restore. */
int adjust_start(Engine *e, AppState *s, const Actor *actor, Job **ret, Error *error);
/* What runs of these types, for something new to act on it; at least one. */
int adjust_restart_types(Engine *e, AppState *s, char *const *types, const Actor *actor, Job **ret,
                         Error *error);
int adjust_stop(Engine *e, AppState *s, const char *what, const Actor *actor, Job **ret, Error *error);
