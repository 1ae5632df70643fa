/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What is on the disk, as paas-usage(8) prints it: records that end with NUL, "BYTES KIND PATH" and
 * "uid N", and a last one "end", without which the list is not whole.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "basic/error.h"

typedef enum UsageKind {
        USAGE_REPOSITORY, /* repos/APP.git */
        USAGE_SLUG,       /* slugs/APP/SLUG */
        USAGE_CACHE,      /* cache/APP */
        USAGE_ASSETS,     /* assets/APP/vN */
        USAGE_LAYER,      /* layers/APP/INSTANCE */
        USAGE_BUILD,      /* builds/APP.N */
        USAGE_DESTROYED,  /* gone/UUID */
        USAGE_TRASH,      /* trash/NAME */
        _USAGE_KIND_MAX,
} UsageKind;

/* The directory below /var/lib/paas, and how deep in it the things are that are counted. */
const char *usage_directory(UsageKind k);
unsigned usage_depth(UsageKind k);

typedef struct UsageEntry {
        UsageKind kind;
        char *owner; /* APP, APP.N, UUID, NAME: the first component below the directory, without ".git" */
        char *name;  /* the second one; NULL: there is none */
        uint64_t bytes;
} UsageEntry;

typedef struct Usage {
        UsageEntry *entries;
        size_t n_entries;
        uid_t *uids; /* of the range asked for: those that a process or a file has */
        size_t n_uids;
} Usage;

#define USAGE_NULL ((Usage){0})
#define USAGE_MAX_BYTES (32 * 1024 * 1024) /* of the list */

int usage_parse(const char *text, size_t length, Usage *ret, Error *e);
void usage_clear(Usage *u);
#define _cleanup_usage_ _cleanup_(usage_clear)

/* All that `owner` has of a kind; `name` NULL: of every name. */
uint64_t usage_sum(const Usage *u, UsageKind kind, const char *owner, const char *name);
bool usage_has_uid(const Usage *u, uid_t uid);
