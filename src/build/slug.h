/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * From a built tree to a slug: permission bits made sane (the owner reads everything, nobody else writes, no
 * set-id), what is no file, directory or link removed, and everything listed in a manifest, whose SHA-256
 * names the slug's content.
 *
 * The manifest, sorted bytewise by path, one record an entry: "MODE SIZE HASH PATH\0", mode in octal as git
 * writes it (100644, 100755, 40755, 120000), the hash of a file's content in hex; for a directory size 0 and
 * hash "-"; for a link the hash is "-" and the record goes on with "TARGET\0".
 */

#include <stdint.h>

#include "basic/error.h"

typedef struct SlugFigures {
        uint64_t bytes, files;
        uint64_t removed; /* sockets and the like */
        char *manifest;   /* "sha256:…" */
} SlugFigures;

#define SLUG_FIGURES_NULL ((SlugFigures){0})

int slug_seal(const char *directory, SlugFigures *ret, Error *e);
void slug_figures_clear(SlugFigures *s);
#define _cleanup_slug_figures_ _cleanup_(slug_figures_clear)
