/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A process that runs to its end once: the release phase, and `paas run`. It has the files, config and
 * sandbox of an instance, and the writable layer of render_instance_mount() (instance.h).
 */

#include "render/instance-parts.h"

typedef struct RenderOneoff {
        RenderInstance instance;      /* its name is a one-off's; no port */
        const char *environment_file; /* beside that of the release; NULL: the one of its process type */
        const char *source;           /* PAAS_SOURCE: "release", "app" */
        const char *operation;        /* "blog/7", whose log gets what it prints; NULL: none */
        uint64_t time_limit;          /* seconds; 0: none */
        int control;                  /* of a run: the socket to its caller, borrowed; -1: it is detached */
} RenderOneoff;

/* A oneshot: its start job ends when it has ended. Its unit stays, with how it ended, until it is stopped or
 * reset: whoever started it may have been restarted meanwhile. NULL when out of memory. */
UnitSpec *render_oneoff(const RenderOneoff *o);

/* `paas run`: its start job ends when it runs, and its unit goes when it has ended: paas-attach(8) tells the
 * caller, or the log, how. */
UnitSpec *render_run(const RenderOneoff *o);
