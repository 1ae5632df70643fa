/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Trees that applications wrote: counted without following a link and without leaving the file system. */

#include <stdint.h>

#include "usage/owners.h"

/* The bytes on disk of what is at `path` (relative to `directory`), and whom it belongs to. A file with
 * several names counts with its share. What goes away meanwhile is not counted. */
int walk_tree(int directory, const char *path, Owners *owners, uint64_t *ret);
