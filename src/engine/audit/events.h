/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Somebody is told: an event is a file in a durable queue, which goes as JSON to the standard input of each
 * executable in /etc/paas/hooks.d, and by mail to the application's owner where there is a sendmail. Each
 * of them gets the events in their order and none twice unless paasd died meanwhile; who fails is asked
 * again, ever later, for a day. The queue is bounded: then the oldest go.
 */

#include "engine/state.h"

typedef struct Event {
        /* "deploy-failed", "crashed", "unready", "taken-back", "not-taken-back", "locked", "unlocked",
         * "refused", "disk-reserve" */
        const char *type;
        const char *app;     /* NULL: of the host */
        const char *actor;   /* NULL: nobody's doing */
        uint64_t release;    /* 0: none */
        const char *message; /* one line for people */
} Event;

typedef struct Events Events;

void event_emit(Engine *e, const Event *event);

/* Takes up what a previous life has left in the queue. */
void events_start(Engine *e);
Events *events_free(Events *ev);
