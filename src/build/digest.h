/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* SHA-256 by coreutils' sha256sum: one process for thousands of files, and no cryptography in a program
 * that works on foreign files. */

#include <stddef.h>

#include "basic/buffer.h"
#include "basic/error.h"

#define DIGEST_HEX_SIZE 65 /* 64 digits and the NUL */

typedef struct DigestBatch {
        Buffer names; /* NUL-separated */
        char *output; /* owned: "HASH  ./PATH\0", in the order of the names */
        size_t length;
        size_t at;
} DigestBatch;

#define DIGEST_BATCH_NULL ((DigestBatch){0})

/* Files, by their path relative to the directory that they will be read in. A failed allocation is
 * remembered until digest_batch_run(). */
void digest_batch_add(DigestBatch *b, const char *path);
int digest_batch_run(DigestBatch *b, const char *directory, Error *e);

/* The hashes, in the order in which the files were added. */
int digest_batch_next(DigestBatch *b, const char *path, char ret[DIGEST_HEX_SIZE], Error *e);
void digest_batch_clear(DigestBatch *b);

int digest_text(const char *text, size_t length, char ret[DIGEST_HEX_SIZE], Error *e);
