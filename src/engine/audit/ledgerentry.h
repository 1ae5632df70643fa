/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One row of the audit. */

#include <stdint.h>

#include "store/store.h"

typedef struct LedgerEntry {
        char commit[STORE_ID_SIZE];
        uint64_t time; /* realtime, usec */
        char *actor, *from;
        char *action;
        char *what; /* one line */
        char *result, *reason;
        char *app;    /* NULL: of the host */
        char *object; /* the user, team or pipeline; NULL: none */
        char *request;
        char *undo; /* a command; NULL: none */
        uint64_t release, operation;
        uint64_t count; /* how often, for what is counted; otherwise 1 */
} LedgerEntry;
