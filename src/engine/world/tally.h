/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* How a release's web processes do at this moment: what the router counted of them, and what systemd says.
 */

#include "engine/traffic/verdict.h"
#include "engine/world/world.h"

typedef struct Standing {
        Tally tally;
        unsigned servers, down; /* as the router sees them, or their own readiness commands */
        unsigned ends;          /* times that a process ended by itself, of any type */
        const Instance *ended;  /* the last one of these; NULL: none */
} Standing;

/* Of the instances of `version`, but not of those that leave. No router is no error: nothing is counted. */
int standing_read(AppWorld *w, const AppState *s, uint64_t version, Standing *ret, Error *error);

/* Why `now` is not good enough beside `old`, for people; NULL: it is. `ends`: those that are forgiven. */
char *standing_complaint(const Standing *now, const Tally *old, uint64_t old_version, unsigned ends,
                         uint64_t least);
