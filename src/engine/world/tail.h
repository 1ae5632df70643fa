/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "basic/strv.h"
#include "engine/operation/job.h"

/* The last lines that an instance printed, oldest first. Empty when there are none. */
int tail_read(const Instance *i, unsigned lines, char ***ret);

/* The same into the operation's log. */
void tail_say(Job *j, const Instance *i);
