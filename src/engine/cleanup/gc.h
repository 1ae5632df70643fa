/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The clean-up: counts what is on the disk, decides what nobody needs (engine/cleanup/gc-plan.h), and
 * removes it one by one, looking again before each whether somebody has come to need it. One at a time on a
 * host. Data of applications is never touched: none of it is where this looks.
 */

#include "engine/cleanup/gc-plan.h"

/* `r` < 0: nothing is known, `plan` is NULL. `plan` says what was removed, or (`dry`) would be. */
typedef void (*GcDone)(void *userdata, int r, const GcPlan *plan);

int gc_start(Engine *e, bool dry, GcDone done, void *userdata, Error *error);
Gc *gc_free(Gc *g);
