/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What `paas ps` tells of a run, in a file beside its environment: it is there for as long as the run. */

#include "engine/world/world.h"

typedef struct RunAbout {
        char *command; /* with secrets left out */
        char *user;
        char *size;
        bool detached;
} RunAbout;

#define RUN_ABOUT_NULL ((RunAbout){0})

int run_about_write(const char *app, const char *short_name, const RunAbout *about);
/* -ENOENT: nothing is written of it. */
int run_about_read(const char *app, const char *short_name, RunAbout *ret);
void run_about_clear(RunAbout *a);
#define _cleanup_run_about_ _cleanup_(run_about_clear)
