/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What runs, as it was last observed: a copy of systemd's truth that is asked again whenever a unit of ours
 * changed, together with the little that systemd does not know: which instances have been proven.
 */

#include <stdbool.h>
#include <stdint.h>

#include "engine/state.h"
#include "model/unitname.h"

#define CRASH_EXITS 5
#define CRASH_WINDOW_USEC (60 * UINT64_C(1000000))

typedef struct Launch Launch;

typedef enum InstancePhase {
        INSTANCE_UNPROVEN, /* started, not yet known to answer */
        INSTANCE_READY,    /* proven: may have traffic */
        INSTANCE_DRAINING, /* finishes its requests */
        INSTANCE_STOPPING,
} InstancePhase;

struct Instance {
        InstanceName name;
        char *app_id;     /* as its unit says; NULL: one that we have only just started */
        char *unit;       /* "paas-app-blog-web.1-v12.3.service" */
        char *short_name; /* "web.1-v12.3": its server in the router, its directories */
        InstancePhase phase;
        bool loaded; /* seen by the last observation */
        bool spared; /* its launch ended during an observation, which may be older than its unit */
        UnitState state;
        char *sub_state;
        unsigned port; /* 0: none */
        unsigned restarts;
        int main_pid;
        int exit_code, exit_status;
        uint64_t started, active_since; /* realtime, usec */
        uint64_t memory;                /* bytes; UINT64_MAX: unknown */
        uint64_t exits[CRASH_EXITS];    /* monotonic, the latest ones, as a ring */
        unsigned n_exits;
        bool crash_told;         /* somebody was told that it crashes */
        uint64_t drain_deadline; /* monotonic */
        unsigned attempts;       /* checks made outside an operation */
        uint64_t next_attempt;   /* monotonic */
        Launch *launch;          /* brings it up at this moment; owned */
        UnitCall *stop;          /* owned */
};

/* What is mounted for a release: which slug tells it from that of an application of the same name before. */
typedef struct MountedSlug {
        uint64_t version;
        char *id; /* owned; NULL: its unit does not say */
} MountedSlug;

struct AppWorld {
        Engine *engine;
        char *app;
        Instance **instances; /* owned */
        size_t n_instances;
        MountedSlug *slugs;
        size_t n_slugs;
        UnitCall *observation;  /* under way; owned */
        uint64_t observed_at;   /* monotonic: when the last one was begun */
        sd_event_source *later; /* the next one, when many changes come at once */
        UnitCall *slug_stop;    /* likewise */
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
void world_drop(AppWorld *w, Instance *i); /* frees it; it must not be being launched */

/* It belongs to an application of this name that was destroyed. `s` NULL: so do all. */
bool instance_is_stale(const Instance *i, const AppState *s);

/* Another slug than `id` is mounted for this version: that of a destroyed application. */
bool world_slug_is_stale(const AppWorld *w, uint64_t version, const char *id);

/* Asks systemd again; reconcile follows when the answer is there. */
void world_observe(AppWorld *w);

/* Without regard to how lately it was asked: something of ours has just begun. */
void world_observe_at_once(AppWorld *w);

/* Puts an answer of systemd into the worlds (of all applications, or the one it was asked for). */
int world_update(Engine *e, AppWorld *only, const UnitStatus *list, size_t n);

/* Five exits within a minute, and not up for a minute since. */
bool instance_crashed(const Instance *i);

/* The largest operation number that a loaded unit of the application carries. */
uint64_t world_last_operation(AppWorld *w);
