/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The release phase: the Procfile's `release` command, run to its end with the new slug and config before
 * any process of the new release starts. When it fails, so does the release.
 */

#include "engine/operation/job.h"

/* The release of the job has one that is still to be run (or waited for, after our own restart). */
bool releasephase_is_due(const Job *j, const Procfile *procfile);

/* `done` when it has succeeded; a failure ends the job. The environment has been written. */
void releasephase_begin(Job *j, AppWorld *w, const Release *release, const Procfile *procfile,
                        void (*done)(Job *j));
