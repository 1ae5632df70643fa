/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Which files a layer of assets holds and when each was last of the current release: records
 * "SECONDS PATH" that end with NUL, the seconds of the real-time clock, the path below /app.
 */

#include <stdint.h>
#include <stdio.h>

#include "basic/error.h"

#define ASSET_INDEX_MAX (64 * 1024 * 1024)

/* Called for each record; a negative return ends the reading. */
typedef int (*AssetEach)(void *userdata, const char *path, uint64_t seconds);

/* -ENOENT: there is none. -EBADMSG: it is damaged. */
int asset_index_each(const char *file, AssetEach each, void *userdata, Error *e);

/* Appends one record. -EIO. */
int asset_index_add(FILE *f, const char *path, uint64_t seconds);
