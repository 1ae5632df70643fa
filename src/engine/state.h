/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What the modules of the engine share: the drivers, the wish (catalog), what was last observed (worlds)
 * and the operations under way (jobs). Data only: who acts on it says so in a header of its own.
 * Everything runs on one sd-event loop; nothing blocks for longer than a local socket's answer.
 */

#include <stdbool.h>
#include <stddef.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "basic/settings.h"
#include "engine/catalog/catalog.h"
#include "router/router.h"
#include "seal/seal.h"
#include "unit/unit.h"

typedef struct Engine Engine;
typedef struct Job Job;
typedef struct AppWorld AppWorld;
typedef struct Instance Instance;
typedef struct Gc Gc;
typedef struct Audit Audit;

typedef struct EngineObserver {
        void (*ready)(void *userdata); /* the first observation is done, the router has its files */
        void (*app_new)(void *userdata, const char *name);
        void (*app_removed)(void *userdata, const char *name);
        void (*job_new)(void *userdata, Job *job);
        void (*job_changed)(void *userdata, Job *job);
        void (*job_removed)(void *userdata, Job *job);
        void *userdata;
} EngineObserver;

struct Engine {
        sd_event *event;
        Settings settings;
        Store *store;
        Seal *seal;
        Units *units;
        Router *router;
        Catalog catalog;
        Audit *audit;                /* owned; NULL: nothing to record yet */
        struct AuditPush *auditpush; /* owned; NULL: there is no remote */
        struct Events *events;       /* owned */
        EngineObserver observer;
        char *router_template;

        AppWorld **worlds; /* owned; one an application, and one for each whose units are still there */
        size_t n_worlds;
        void (*world_observed)(AppWorld *w);                   /* after each observation */
        void (*instance_gone)(AppWorld *w, const Instance *i); /* before it is forgotten */

        Job **jobs; /* owned; in the order of their creation, those that ended lately too */
        size_t n_jobs;
        uint64_t tickets;       /* the last place given out in a release queue */
        sd_event_source *queue; /* deferred: looks which job may go on */

        sd_event_source *reload_timer;      /* a router reload that waits for others to join it */
        RouterReload *reload;               /* one that is under way; owned */
        bool reload_again;                  /* it may have come too early for somebody */
        uint64_t last_reload, reload_asked; /* monotonic; asked for by the first of those that wait */
        sd_event_source *router_write;      /* deferred: writes the router's files */
        uint64_t router_changed;  /* monotonic: since when they are to be written; 0: they are current */
        uint64_t readiness_asked; /* monotonic: when the router was last asked who is ready */
        UnitCall *readiness_call; /* what says that it is not ready, being asked; owned */
        bool readiness_again;     /* something changed meanwhile */
        char router_static[24];   /* of the running worker (RENDER_STATIC); "": not known */
        unsigned next_port;       /* where to look first for a free one, from PORT_FIRST */
        bool router_added;        /* a server, since its maps were last written */
        char **router_stale;      /* backends with settings of applications that are gone; until a reload */
        size_t n_stale_read;      /* of these: as many had become so when the reload under way began */
        unsigned router_pool;     /* backends that the running router has; 0: not known */
        sd_event_source *tick;    /* what waits for time to pass */
        UnitCall *first_observation;
        Gc *gc;                  /* a clean-up under way; owned */
        struct Cleaner *cleaner; /* owned; NULL: there was nothing to remove yet */
        bool restart_steps;      /* systemd is 254 or later: a growing restart delay */
        bool started;            /* the first observation is done */
};
