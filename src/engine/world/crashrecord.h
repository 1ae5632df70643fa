/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* That a release did not stay up is on record, once: no rollback goes to it by itself. */

#include "engine/state.h"

/* The current one. `subject` is what the audit shows, `reason` may be NULL. Nothing when it is on record. */
int crash_record(Engine *e, AppState *s, const char *subject, const char *reason, Error *error);
