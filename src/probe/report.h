/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Why an instance did not pass, for its developer. */

#include <stdbool.h>
#include <stdint.h>

#include "basic/buffer.h"
#include "model/listen.h"
#include "probe/attempt.h"
#include "probe/listeners.h"

typedef struct Report {
        const char *app, *name; /* "blog", "web.1" */
        Listen listen;
        const char *host;                 /* that it was asked for */
        uint16_t port;                    /* $PORT */
        uint16_t range_first, range_last; /* ports that are given to applications */
        uid_t uid;                        /* the application's */
        unsigned timeout;                 /* s, that it had */
        const Check *check;               /* NULL: GET /, below 500 */
        unsigned answers;                 /* attempts that were counted */
        const Attempt *told;              /* the attempt that tells most */
        AttemptOutcome last;              /* what the last one saw */
        const Listeners *listeners;
} Report;

void report_failure(const Report *r, Buffer *out);

/* A listener on the port that belongs to somebody else, or NULL: whatever answered was not this
 * application then. */
const Listener *report_stranger(const Listeners *listeners, uint16_t port, uid_t uid);
