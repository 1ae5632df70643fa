/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * .slugignore: what the repository has and the slug does not need. Patterns as in .gitignore, but for '!'
 * (as on Heroku): '#' comments, a slash at the start or inside ties the pattern to the root, one at the end
 * means directories only, "**" goes over any depth.
 */

#include <stdbool.h>
#include <stdint.h>

#include "basic/error.h"
#include "basic/strv.h"

#define SLUGIGNORE_MAX_BYTES (64 * 1024)

/* Whether one pattern (a line of the file) matches `path`, relative to the root. */
bool slugignore_match(const char *pattern, const char *path, bool is_directory);

/* Removes what the file in `root` names; no file is fine. Links are removed, never followed. Warnings: the
 * lines that say '!'. */
int slugignore_apply(const char *root, uint64_t *ret_removed, char ***warnings, Error *e);
