/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What watches an instance as long as it lives: units that systemd starts and stops with it, and that have
 * it restarted when its liveness checks fail. We make them and have no further part in it.
 */

#include "engine/appinstance.h"
#include "render/instance-parts.h"

#define LIVENESS_UNITS 2

/* At most that many units, in the call that starts the instance. Returns how many. */
int liveness_units(Engine *e, const AppState *s, const Instance *i, const RenderInstance *render,
                   UnitSpec *ret[static LIVENESS_UNITS]);
