/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The audit as a list: the commits of the state repository, newest first, merged over its refs by time. It
 * is read a few commits at a time, so that nobody waits for a history of thousands; what it found so far can
 * always be looked at.
 */

#include "engine/audit/ledgerentry.h"
#include "engine/state.h"

#define LEDGER_MAX 10000

typedef struct LedgerQuery {
        const char *app;    /* NULL: everything of the host */
        const char *actor;  /* NULL: anybody */
        const char *action; /* "config:set", or "config" for all that begin so; NULL: all */
        bool refused;       /* only what was refused */
        uint64_t since;     /* realtime, usec; 0: from the beginning */
        size_t max;
} LedgerQuery;

typedef struct Ledger {
        Store *store;               /* borrowed */
        struct LedgerChain *chains; /* owned; one a ref */
        size_t n_chains;
        LedgerEntry *entries; /* owned; what was asked for, newest first */
        size_t n_entries;
        char *app, *actor, *action;
        bool refused;
        uint64_t since;
        size_t max;
} Ledger;

int ledger_new(Engine *e, const LedgerQuery *q, Ledger **ret);
Ledger *ledger_free(Ledger *l);
DEFINE_CLEANUP(Ledger *, ledger_free)

/* Reads up to `commits` more. 1: that is all, or enough; 0: there is more. */
int ledger_step(Ledger *l, unsigned commits);
