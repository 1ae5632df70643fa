/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The worlds are a copy of systemd's truth, which is asked again whenever a unit of ours changed. */

#include "engine/world/world.h"
#include "unit/unit.h"

/* Asks systemd again; reconcile follows when the answer is there. */
void world_observe(AppWorld *w);

/* systemd says that a unit of ours changed: asks again. */
void world_unit_changed(Engine *e, const char *unit);

/* It may have missed to say so. */
void world_may_have_changed(AppWorld *w);

/* Without regard to how lately it was asked: something of ours has just begun. */
void world_observe_at_once(AppWorld *w);

/* Puts an answer of systemd into the worlds (of all applications, or the one it was asked for). */
int world_update(Engine *e, AppWorld *only, const UnitStatus *list, size_t n);
