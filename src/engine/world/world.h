/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What runs, as it was last observed (engine/world/observation.h), together with the little that systemd
 * does not know: which instances have been proven.
 */

#include <stdbool.h>
#include <stdint.h>

#include "engine/traffic/counts.h"
#include "engine/world/appinstance.h"
#include "engine/world/mounted.h"

struct AppWorld {
        Engine *engine;
        char *app;
        Instance **instances; /* owned */
        size_t n_instances;
        Mounted mounted;
        UnitCall *observation;  /* under way; owned */
        uint64_t observed_at;   /* monotonic: when the last one was begun */
        sd_event_source *later; /* the next one, when many changes come at once */
        UnitCall *slug_stop;    /* likewise */
        bool slug_gone;         /* one was unmounted; what was kept for its release is not needed any more */
        char **stray_sockets;   /* units of sockets without an instance; owned */
        struct Window *window;  /* its release is watched since the switch; owned; NULL: not */
        Counts counts;          /* of its servers, as far as they were looked at */
        bool counted;           /* they differ from those in the window's file */
        bool mount_points_left; /* of instances that are gone, whose layers were still mounted */
        const char *page;       /* what its empty backend shows, as the router was last told */
        bool again;             /* something changed while it was under way */
        unsigned failures;      /* launches that failed in a row, outside an operation */
        uint64_t not_before;    /* monotonic: the next launch outside an operation */
};

/* The application's world, made when it is new. NULL when out of memory. */
AppWorld *world_get(Engine *e, const char *app);
AppWorld *world_find(Engine *e, const char *app);
void world_remove(Engine *e, AppWorld *w);

/* A new instance that is about to be started. NULL when out of memory. */
Instance *world_add(AppWorld *w, const InstanceName *name, unsigned port);
Instance *world_find_instance(AppWorld *w, const InstanceName *name);
Instance *world_find_named(const AppWorld *w, const char *short_name); /* `w` may be NULL */
void world_drop(AppWorld *w, Instance *i); /* frees it; it must not be being launched */

/* The largest operation number that a loaded unit of the application carries. */
uint64_t world_last_operation(AppWorld *w);
