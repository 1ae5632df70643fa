/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* How a release does after its switch, for who waits to hear whether it stays. */

#include "engine/operation/job.h"

typedef struct Outcome {
        uint64_t version;
        const char *state; /* "watched", "leaving" (the one before it is on its way back), "stayed",
                              "taken-back", "bad" (and nothing came in its place), "replaced" (by a release
                              that somebody made) */
        uint64_t left;     /* seconds, while it is watched */
        char *reason;      /* why it did not stay; NULL otherwise */
        const Job *job;    /* what brings the one before it back; NULL: there is none, or it was long ago */
} Outcome;

void outcome_clear(Outcome *o);
#define _cleanup_outcome_ _cleanup_(outcome_clear)

/* `version` 0: the current release. -ENOENT, -EINVAL: it never was current. */
int outcome_read(Engine *e, AppState *s, uint64_t version, Outcome *ret, Error *error);
