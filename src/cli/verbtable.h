/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The one table of verbs: what runs, the help text, the man page and the completion come from it. */

#include "cli/verb.h"

/* In the order in which they are listed; ends with a row without a name. */
extern const Verb verbs[];

/* By name or alias; NULL: there is none. */
const Verb *verb_find(const char *name);

/* The name that somebody who wrote this probably meant, or NULL. */
const char *verb_nearest(const char *word);
