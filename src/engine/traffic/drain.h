/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * How an instance leaves: no new requests, time for the open ones and another time for connections that have
 * become something else (a WebSocket), then its stop signal. When it began stands in a file under /run,
 * which lives as long as the instance can: a restart of paasd neither cuts anybody nor begins the time anew.
 */

#include "engine/world/world.h"

/* The router sends it nothing new; it is stopped when its requests are done, or its time is up. */
void drain_begin(AppWorld *w, const AppState *s, Instance *i);

/* Out of the router and stopped, at once. */
void drain_stop(AppWorld *w, Instance *i);

/* Looks at everything that drains; those that are done are stopped. */
void drain_poll(Engine *e);
/* Only at its processes that were told to take no new work. */
void drain_poll_quiet(AppWorld *w);

/* Sees to it that the engine's tick comes when something waits for time to pass. */
void drain_arm(Engine *e);

/* After our own start, before the router is looked at: who was leaving still is. */
void drain_take_up(Engine *e);

/* It is gone. */
void drain_forget(const AppWorld *w, const Instance *i);
