/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The assets of earlier releases, which a page loaded before a deploy still asks for: a directory that lies
 * below the slug in the overlay of a new release. It has the files of the release that is replaced, and of
 * that one's own layer those that were current within the last day. They are hard links: nothing is copied,
 * and a slug that is removed takes none of them along.
 */

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "basic/error.h"

#define ASSETS_KEEP_SECONDS (24 * 60 * 60)
#define ASSETS_FILES_MAX 200000

typedef struct Assets {
        const char *layer;  /* to be made */
        const char *path;   /* below a slug: "public/assets" */
        const char *slug;   /* of the release that is replaced */
        const char *before; /* that release's layer; it need not exist */
        uid_t owner;        /* who has the files of the new release's slug: what is another's is copied */
        uint64_t now;       /* seconds of the real-time clock */
} Assets;

/* 0 also when the layer is there already; then nothing is changed. It is there as a whole or not at all.
 * Where there is nothing to keep, no layer is made. -E2BIG: more than ASSETS_FILES_MAX files. A directory
 * on the way that is a link is -ENOTDIR. */
int assets_make(const Assets *a, Error *e);
