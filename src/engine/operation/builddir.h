/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A build's work directory, and what becomes of it: the slug. */

#include "engine/operation/job.h"
#include "model/buildresult.h"

/* Empty work, cache and environment directories for the build user. */
int builddir_make(Job *j, const AppState *s, Error *error);

/* Moves what was built to its place as a slug; its id goes into the operation. On disk when this returns. */
int builddir_take(Job *j);
bool builddir_is_taken(const Job *j);

/* What the builder handed over, as foreign input. */
int builddir_read_result(const Job *j, BuildResult *ret);

/* Stops source and builder, or lets systemd forget them when they have ended. */
void builddir_stop_units(Job *j);
void builddir_remove(const Job *j);
