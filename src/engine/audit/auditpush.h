/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The history's second place: after a change, a unit pushes the state repository to `audit-remote`. One at
 * once; what changes meanwhile goes with the next. A failure is tried again, ever later, and holds up
 * nothing. Nothing is forced: a history that was rewritten here is refused there, and seen.
 */

#include "engine/state.h"

typedef struct AuditPush AuditPush;

/* Something has changed, or may have while we were away. */
void auditpush_soon(Engine *e);
AuditPush *auditpush_free(AuditPush *p);

/* 1: everything is there or on its way; 0: it fails, since `ret_since` (realtime, usec). Without a remote 1.
 */
int auditpush_status(const Engine *e, uint64_t *ret_since);
