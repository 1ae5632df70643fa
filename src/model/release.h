/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A release: slug + stack + config + Procfile + app.json, numbered. What the file `release` of its commit
 * holds; config and Procfile are files beside it and are read when they are needed. */

#include <stdbool.h>
#include <stdint.h>

#include "basic/error.h"
#include "basic/uuid.h"
#include "model/checks.h"
#include "model/listen.h"

typedef enum ReleaseKind {
        RELEASE_DEPLOY,
        RELEASE_CONFIG,
        RELEASE_ROLLBACK,
        RELEASE_PROMOTION,
        _RELEASE_KIND_MAX,
} ReleaseKind;

typedef struct Release {
        char id[UUID_TEXT_SIZE];
        uint64_t version; /* 12 of "v12"; from 1 */
        ReleaseKind kind;
        char *description; /* "Deploy 1a2b3c4d", "Set A, B config vars" */
        char *slug;        /* slug id; NULL before the first deploy */
        char *manifest;    /* "sha256:…" of the slug's manifest, NULL likewise */
        char *stack;       /* "host" */
        char *commit;      /* source commit, 40 or 64 hex; NULL likewise */
        char *branch;      /* that was pushed; NULL: none was */
        char *actor;       /* user name */
        uint64_t created;  /* realtime, usec; kept to the second */
        Listen listen;     /* what its pack's own start command is best given */
        bool no_rollback;  /* may not be rolled back across */
        char **versions;   /* interpreters used, "node=18.19.0", sorted */
        Checks checks;     /* of its app.json, for whoever read that too; not in the file */
} Release;

#define RELEASE_NULL ((Release){0})

const char *release_kind_to_string(ReleaseKind k);
int release_kind_from_string(const char *s, ReleaseKind *ret); /* -EINVAL */

int release_format(const Release *r, char **ret); /* JSON text */
int release_parse(const char *text, size_t length, Release *ret, Error *e);
int release_copy(const Release *r, Release *ret);
void release_clear(Release *r);
#define _cleanup_release_ _cleanup_(release_clear)
