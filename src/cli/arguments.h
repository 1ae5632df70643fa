/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* From argv to a verb, its arguments and options, as the table of verbs says. */

#include "basic/error.h"
#include "cli/verb.h"

/* `words` is argv without the program's name and not empty. Options may stand anywhere behind the verb, "--"
 * ends them, and so does the first argument where the arguments are a command. "config set" is "config:set"
 * where there is such a verb. With --help the number of arguments does not count. -EINVAL: not used as it is
 * meant. */
int arguments_parse(char *const *words, Invocation *ret, Error *e);
void arguments_clear(Invocation *i);
#define _cleanup_arguments_ _cleanup_(arguments_clear)
