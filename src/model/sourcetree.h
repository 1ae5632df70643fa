/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a pushed tree may hold, read from `git ls-tree -r -l -z`, before anything is built. */

#include <stddef.h>
#include <stdint.h>

#include "basic/error.h"

typedef struct SourceLimits {
        uint64_t max_bytes, max_files;
} SourceLimits;

typedef struct SourceTree SourceTree; /* a parser that is fed piece by piece */

int source_tree_new(SourceLimits limits, SourceTree **ret);
SourceTree *source_tree_free(SourceTree *t);
DEFINE_CLEANUP(SourceTree *, source_tree_free)

/* Feeds bytes of the listing, in any pieces. -EINVAL: not such a listing. */
int source_tree_feed(SourceTree *t, const void *data, size_t length, Error *e);

/* After the end: 0, or an error with the answer for the pusher: a submodule (its path), an entry named
 * ".git", "." or ".." in any case, too many bytes or files (the figure and the largest five). -EINVAL,
 * -EFBIG. */
int source_tree_finish(SourceTree *t, Error *e);
