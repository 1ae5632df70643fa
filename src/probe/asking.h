/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Asks one instance until it passes or its attempts are used up. Until it accepts a connection it is being
 * started, which costs it no attempt, and is asked every few milliseconds; the time for that is bounded.
 */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "basic/buffer.h"
#include "model/check.h"
#include "model/listen.h"
#include "probe/attempt.h"

#define SOCKET_TABLES "/proc/self/net"

typedef struct Asked {
        const char *app, *name; /* "blog", "web.1" */
        Target target;
        Listen listen;
        uint16_t port; /* 0: what the check says */
        uint16_t range_first, range_last;
        uid_t uid;        /* the application's */
        uint64_t timeout; /* s, until it accepts a connection (without a check: until it passes) */
} Asked;

/* One check (NULL: the router's own question). True: it passed; else `why` says why not. */
bool ask(const Asked *asked, const Check *check, Buffer *why);

/* Sleeps for so long, whatever signals arrive. */
void ask_pause(uint64_t usec);
