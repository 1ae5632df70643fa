/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* SHA-256 by coreutils' sha256sum: one process for thousands of files, and no cryptography in a program
 * that works on foreign files. */

#include <stddef.h>

#include "basic/buffer.h"
#include "basic/error.h"

#define SHA256_HEX_SIZE 65 /* 64 digits and the NUL */

typedef struct Sha256Batch {
        Buffer names; /* NUL-separated */
        char *output; /* owned: "HASH  ./PATH\0", in the order of the names */
        size_t length;
        size_t at;
} Sha256Batch;

#define SHA256_BATCH_NULL ((Sha256Batch){0})

/* Files, by their path relative to the directory that they will be read in. A failed allocation is
 * remembered until sha256_batch_run(). */
void sha256_batch_add(Sha256Batch *b, const char *path);
int sha256_batch_run(Sha256Batch *b, const char *directory, Error *e);

/* The hashes, in the order in which the files were added. */
int sha256_batch_next(Sha256Batch *b, const char *path, char ret[SHA256_HEX_SIZE], Error *e);
void sha256_batch_clear(Sha256Batch *b);

int sha256_text(const char *text, size_t length, char ret[SHA256_HEX_SIZE], Error *e);
