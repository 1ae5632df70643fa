/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The time after a switch in which the old release may still come back. What has to be known for that stands
 * in a file under /run, written before the commit point: a restart of paasd goes on watching. A restart of
 * the host ends it.
 */

#include "engine/operation/job.h"
#include "engine/traffic/verdict.h"

struct Window {
        char release[STORE_ID_SIZE]; /* commit of the release that is watched */
        uint64_t previous;           /* version that it replaced */
        uint64_t operation;          /* that made it */
        uint64_t since;              /* monotonic, usec */
        uint64_t ends;               /* of its processes, before the switch */
        Tally old;                   /* of the one it replaced, as it went */
        uint64_t down_since;         /* that most of it is down; 0: it is not; not in the file */
        bool hopeless; /* what it replaced is on record as bad: it will not come back; not in the file */
};

/* The job's release is about to become current. No window without an earlier release, or when the job is
 * what a window led to; one of an earlier release is over. */
void window_open(Job *j, AppState *s, AppWorld *w);
void window_close(AppWorld *w);

/* What its servers were found to have answered is kept, too. */
void window_keep(AppWorld *w);

/* Reads the application's file. -ENOENT. */
int window_load(AppWorld *w);
