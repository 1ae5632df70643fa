/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The engine's life: open what is on disk, observe, take up what was under way. */

#include "engine/state.h"

/* `bus` is attached to `event`. Opens the state and heals what is derived from it on disk. */
int engine_new(sd_event *event, sd_bus *bus, const EngineObserver *observer, Engine **ret, Error *error);

/* Asks systemd what runs; when the answer is there, everything is set going and the observer hears `ready`.
 */
int engine_start(Engine *e, Error *error);

Engine *engine_free(Engine *e);
DEFINE_CLEANUP(Engine *, engine_free)
