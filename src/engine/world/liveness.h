/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What watches an instance as long as it lives: units that systemd starts and stops with it, and that have
 * it restarted when its liveness checks fail, in which we have no further part; one that says whether it is
 * ready (engine/world/readiness.h).
 */

#include "engine/world/appinstance.h"
#include "render/instance-parts.h"

#define LIVENESS_UNITS 3

/* At most that many units, in the call that starts the instance. Returns how many. */
int liveness_units(Engine *e, const AppState *s, const Instance *i, const RenderInstance *render,
                   UnitSpec *ret[static LIVENESS_UNITS]);
