/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Brings one instance up: slug mount, service with its writable layer, check. One struct, one state, one
 * step function. Used by operations for a new release and by reconcile for what is missing.
 */

#include "engine/world/world.h"
#include "model/release.h"

/* `r`: 0 it is proven; negative: it is not, with a text for people. The Launch may be freed in the call. */
typedef void (*LaunchDone)(void *userdata, Launch *l, int r, const char *text);

/* A process that runs to its end, and is then what `done` tells. */
typedef struct LaunchOneoff {
        const char *source;           /* PAAS_SOURCE; outlives the launch */
        const char *environment_file; /* copied; NULL: that of its process type */
        uint64_t time_limit;          /* seconds; 0: none (of a run) */
        bool run;    /* `paas run`: `done` tells that it runs, and nobody asks how it ends */
        int control; /* of a run: the socket to its caller, duplicated; -1: detached */
} LaunchOneoff;

typedef struct LaunchRequest {
        AppWorld *world;
        Instance *instance;         /* world_add()ed; when its unit is loaded, it is only proven */
        const Release *release;     /* copied */
        const char *size;           /* of the formation; NULL: the default */
        const char *operation;      /* "blog/7": whose log gets the explanation; NULL: none */
        const LaunchOneoff *oneoff; /* NULL: an instance that stays */
        LaunchDone done;
        void (*started)(void *userdata); /* its process runs, the check begins; may be NULL */
        void *userdata;
} LaunchRequest;

/* One that is proven already (no traffic, loaded) is -EALREADY; a one-off that is loaded is waited for. Puts
 * itself into `instance->launch`. */
int launch_start(const LaunchRequest *request);

/* The instance's unit changed: a process that keeps dying need not be asked until the time is up. */
void launch_observe(Launch *l);

/* Its application is destroyed: `done` hears so. */
void launch_give_up(Launch *l);

/* Also stops a check that is under way; the process goes on. */
Launch *launch_free(Launch *l);

Instance *launch_instance(Launch *l);
