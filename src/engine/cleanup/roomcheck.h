/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A build that would eat into the reserve of the disk is refused before it begins, with what it needs, what
 * there is, and who has the most. Normally one statvfs() says that there is room; only when it may be tight
 * is it counted what the build's cache takes and who has what.
 */

#include "engine/operation/job.h"

/* `go_on` is called when there is room: within this call, or later. Otherwise the job fails. */
void roomcheck_begin(Job *j, void (*go_on)(Job *j));
