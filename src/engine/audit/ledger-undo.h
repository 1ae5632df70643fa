/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "engine/audit/ledgerentry.h"

/* Adds what only the trees around a commit tell: what the release that became current is, and the command
 * that takes the change back. `parent` "": there was nothing before. */
int ledger_explain(Store *store, LedgerEntry *e, const char *parent);
