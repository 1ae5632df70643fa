/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * apps:restore: a destroyed application comes back with its code, slugs, releases and config. Its commit on
 * the record of the destroyed one decides; what follows can be done again, and is, after a crash.
 */

#include "engine/operation/job.h"

/* The one that a name or a uuid means. -ENOENT; -EEXIST when several of that name are destroyed. */
int restore_find(Engine *e, const char *what, GoneApp **ret, Error *error);

/* Under its own name (`as` NULL) or another. `ret_taken`: the domains that somebody else has by now.
 * `ret_job` starts its processes; NULL when there is nothing to start. */
int restore_app(Engine *e, GoneApp *g, const char *as, const Actor *actor, AppState **ret, Job **ret_job,
                char ***ret_taken, Error *error);

/* At a start, before anything is written for the applications: what a crash has left between here and there
 * goes where the record says it belongs. */
int restore_heal(Engine *e, Error *error);

/* When the files of a destroyed application go. */
uint64_t restore_until(const Engine *e, const GoneApp *g);
