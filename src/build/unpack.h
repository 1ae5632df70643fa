/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A pushed tree out of its tar stream (git archive writes it, but nothing here relies on that).
 *
 * What always holds: nothing is written outside of the directory; no link is ever followed on the way to an
 * entry, whatever the entries before it were; only regular files, directories, symbolic links (kept as text)
 * and hard links to files that came before are made; nothing is made twice or replaced; owners, set-id bits,
 * devices and extended attributes are dropped or refused; all bounds are checked before anything is written.
 */

#include <stdint.h>

#include "basic/error.h"

typedef struct UnpackLimits {
        uint64_t max_bytes; /* of all files together */
        uint64_t max_files; /* entries of any kind */
} UnpackLimits;

typedef struct UnpackFigures {
        uint64_t bytes, files;
} UnpackFigures;

/* Reads the tar from `fd` to its end, into the empty directory `dir_fd`. -EPERM: an entry that is refused;
 * -EFBIG: a bound; -EBADMSG: not a tar, or a truncated one; the text names the entry. Other errors are the
 * host's (-ENOSPC, -EIO). */
int unpack(int fd, int dir_fd, UnpackLimits limits, UnpackFigures *ret, Error *e);
