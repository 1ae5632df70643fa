/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * One build, from the tar on standard input to result.json. What it prints is read by the pusher.
 *
 * The tree is DIR/app, which the build's unit binds at /app as well: packs see the path that the slug will
 * have when it runs.
 */

#include "build/unpack.h"

typedef struct BuildOptions {
        const char *app;   /* the application's name */
        const char *work;  /* DIR: app/, env/, result.json */
        const char *cache; /* what is kept from build to build */
        const char *stack;
        const char *packs;     /* where the packs are */
        const char *build_dir; /* BUILD_DIR: the same directory as DIR/app */
        UnpackLimits limits;
        uint64_t cache_quota; /* bytes; a cache that is larger after the build is emptied */
} BuildOptions;

/* What the fault is, and with that the exit code. */
typedef enum BuildOutcome {
        BUILD_DONE = 0,
        BUILD_BROKEN = 1,   /* this host's fault */
        BUILD_REFUSED = 10, /* the application's fault; it has been told why */
} BuildOutcome;

BuildOutcome build(const BuildOptions *o, int tar_fd);
