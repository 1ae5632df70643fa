/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Releases that are not rolled back across, each with why: lines "12 reason" of the application's record. A
 * migration that cannot be undone is such a wall.
 */

#include <stdint.h>

#include "basic/error.h"

#define WALL_REASON_MAX 200
#define WALLS_MAX 1000

/* One line of text of at most WALL_REASON_MAX bytes. -EINVAL. */
int wall_reason_check(const char *reason, Error *e);

/* Why; NULL: it is none. */
const char *wall_find(char *const *walls, uint64_t version);

/* Adds it, or gives it another reason. -E2BIG. */
int wall_set(char ***walls, uint64_t version, const char *reason);

/* -ENOENT. */
int wall_remove(char ***walls, uint64_t version);
