/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * ps:restart: the same instances of the current release again, a few of each process type at a time: a new
 * one is started and proven, the old one of its name is drained, then comes the next. What was replaced
 * before one fails stays replaced; of the others the old ones go on. All that is to be known stands in the
 * world, so that it goes on after our own restart.
 */

#include "engine/operation/job.h"

/* Each of the operation's arguments is a type, a name, or "", which is all. */
void rolling_begin(Job *j);
