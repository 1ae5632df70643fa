/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * `paas run`: a one-off of the current release. Once it runs, the engine only observes it: how it ends is
 * between its unit and its caller (paas-attach(8)), who need no paasd for that.
 */

#include "engine/world/world.h"
#include "model/config.h"

typedef struct RunRequest {
        char *const *words;
        const Config *env;   /* for this run only; never in a unit's properties */
        const char *size;    /* NULL: the default */
        uint64_t time_limit; /* seconds; 0: none, of a detached one the setting */
        int control;         /* the socket to the caller, borrowed; -1: detached */
} RunRequest;

/* One that is being started; its memory is the caller's, and must outlive the engine or `started`. */
typedef struct Run Run;
struct Run {
        void (*started)(Run *run, int r, const char *text); /* it runs; or it does not, and why */
        AppWorld *world;
        char name[32]; /* "run.1" */
};

/* Records it, then starts it. -EINVAL, -E2BIG, -EPERM, -EBUSY, with text: nothing was started. */
int run_start(Engine *e, AppState *s, const RunRequest *q, const Actor *actor, Run *run, Error *error);

/* "run.1" of which there is one now, or "run" when there is any. */
bool run_is_one(Engine *e, const AppState *s, const char *what);

/* After our start: removes what runs that have ended meanwhile have left. */
void run_clean_up(Engine *e);
