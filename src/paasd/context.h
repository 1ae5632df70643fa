/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the daemon's bus objects share: bus, engine, and who is at the other end of each connection. */

#include <stdbool.h>
#include <systemd/sd-bus.h>
#include <systemd/sd-event.h>

#include "engine/state.h"

typedef struct Session Session; /* a connection of user paas that said whose key it acts for */

typedef struct Manager {
        sd_event *event;
        sd_bus *bus;
        Engine *engine;
        Session *sessions;     /* owned */
        sd_bus_slot *slots[8]; /* owned */
        size_t n_slots;
        struct JobTrack *tracks;     /* owned; who follows which job */
        struct PendingRun *runs;     /* owned; runs that are being started, and who waits for that */
        bool ready;                  /* we have our name: callers can come */
        struct AuditRequest *audits; /* owned; lists that are being read */
        struct RouterRequest *router_requests; /* owned; who asks while the router is reloaded */
        unsigned logs;                         /* paas-log units started, for their names */
} Manager;
