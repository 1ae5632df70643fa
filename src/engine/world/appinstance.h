/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * One process of an application as it was last observed, and what can be said of it: whether the router
 * sends it requests, and where; whether it keeps dying; whose it is.
 */

#include <stdbool.h>
#include <stdint.h>

#include "engine/state.h"
#include "engine/world/restarts.h"
#include "engine/world/sighting.h"
#include "model/listen.h"
#include "model/unitname.h"

#define CRASH_EXITS 5
#define INSTANCE_ADDRESS_SIZE 128

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
        bool was_ready;     /* before it was seen stopping */
        bool asked_to_stop; /* by us: it will not come back */
        Sighting sighting;
        bool loaded; /* seen by the last observation */
        bool spared; /* its launch ended during an observation, which may be older than its unit */
        UnitState state;
        char *sub_state;
        unsigned port;   /* 0: none */
        Listen listen;   /* of one that has a port */
        bool has_socket; /* systemd holds its socket, or is about to */
        Restarts restarts;
        Sighting relive; /* of its paas-relive@ */
        int main_pid;
        int exit_code, exit_status;
        uint64_t started, active_since; /* realtime, usec */
        uint64_t exits[CRASH_EXITS];    /* monotonic, the latest ones, as a ring */
        unsigned n_exits;
        bool unready;          /* down, or refuses, when it was last looked at */
        bool down;             /* the router's checks found so */
        bool refuses;          /* its readiness commands say that it should get no requests */
        bool crash_told;       /* somebody was told that it crashes */
        uint64_t drain_since;  /* monotonic; of one that drains */
        uint64_t quiet_since;  /* realtime: it was told to take no new work; 0: it was not */
        uint64_t drain_settle; /* monotonic: it is not looked at before; 0: it is */
        uint64_t drain_look;   /* likewise: only long connections are left, and then they are looked at */
        unsigned tunnels;      /* as of then: connections that have a clock of their own */
        unsigned attempts;     /* checks made outside an operation */
        uint64_t next_attempt; /* monotonic */
        Launch *launch;        /* brings it up at this moment; owned */
        UnitCall *stop;        /* owned */
};

/* NULL when out of memory. */
Instance *instance_new(const InstanceName *name);
Instance *instance_free(Instance *i);

/* It has traffic from the router, so that a check has somebody to ask, and its end begins with a drain. */
bool instance_is_routed(const Instance *i);

/* As the router and the check write it: "127.0.0.1:20003", or of a socket that systemd holds
 * "unix@/run/paas/sock/blog/web.1-v12.3.sock". Of one that is routed only. */
void instance_address(const Instance *i, char ret[static INSTANCE_ADDRESS_SIZE]);

/* What it uses now, in bytes; UINT64_MAX: not known. */
uint64_t instance_memory(const Instance *i);

/* It runs, and the socket by which it was to be reached is gone: it has to be replaced. */
bool instance_lost_socket(const Instance *i);

/* It has ended once more, now. */
void instance_note_exit(Instance *i);

/* Five exits within a minute, and not up for a minute since. */
bool instance_crashed(const Instance *i);

/* It belongs to an application of this name that was destroyed. `s` NULL: so do all. */
bool instance_is_stale(const Instance *i, const AppState *s);
