/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The directory that a pack keeps from build to build. A build never works in the one that the last good
 * build left: it gets a second generation beside it, which takes its place in one rename when the pack has
 * succeeded, after it is on disk. A build that fails, is killed or meets a power cut leaves the old one as
 * it was.
 *
 * The second generation costs next to nothing for what is large: a file without any write permission is
 * shared by a hard link, every other one is copied. A pack takes the write permission from what it will only
 * ever replace (archives, content-addressed files).
 */

#include <stdbool.h>
#include <stdint.h>

#include "basic/error.h"

typedef struct Cache {
        char *current; /* "DIR/host.python": the last good generation, may be missing */
        char *next;    /* "DIR/host.python.new": what the pack works in */
        char *directory;
} Cache;

#define CACHE_NULL ((Cache){0})

/* Makes `next` out of `current`, whatever an earlier build left there. A cache that cannot be read is no
 * reason to fail: then `next` is empty and *ret_lost says so. */
int cache_begin(const char *directory, const char *stack, const char *pack, Cache *ret, bool *ret_lost,
                Error *e);

/* `next` becomes `current`, on disk; caches of other stacks and packs are removed. `synced_fd` is in a file
 * system that was just synced; -1 for none. */
int cache_commit(Cache *c, int synced_fd, Error *e);

/* Empties `next` when it takes more than `quota` bytes. 1: it did; *ret_bytes is what it took. */
int cache_bound(Cache *c, uint64_t quota, uint64_t *ret_bytes, Error *e);

/* Gives the space of a failed build back. */
void cache_discard(Cache *c);

void cache_clear(Cache *c);
#define _cleanup_cache_ _cleanup_(cache_clear)
