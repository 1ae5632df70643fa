/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which commit a name means, asked of the application's repository by a unit of the user that owns it:
 * root runs no git there. */

#include "engine/operation/job.h"

/* Puts the commit's id into the operation and lets the queue go on with it, or ends the job. */
void resolve_begin(Job *j);
