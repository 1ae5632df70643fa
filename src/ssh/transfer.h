/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Between the repositories of two applications of a pipeline. */

#include "basic/error.h"

/* Fetches a commit with its history out of `from`; refs/paas/released/<commit> keeps it. */
int transfer_commit(const char *repository, const char *from, const char *commit, Error *e);

/* Prints the commits that only one of `commit` (of `repository`) and `tip` (of `other`; NULL: nothing has
 * been deployed there) descends from, the newest first: "<" or ">" for the side, the id, a tab, the subject;
 * then the line "end". At most TRANSFER_COMMITS_MAX. */
#define TRANSFER_COMMITS_MAX 1000
int transfer_compare(const char *repository, const char *other, const char *commit, const char *tip,
                     Error *e);
