/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What the router's checks found: asked of it now and then, so that whoever is responsible is told when an
 * instance gets no requests any more, or gets them because there is no better one. What commands found: the
 * units that make them are "reloading" for as long as their instance is not ready, and we take its weight
 * from it, unless it is the last one.
 */

#include "engine/world/world.h"

void readiness_poll(Engine *e);
/* Without regard to how lately it was asked. */
void readiness_look(Engine *e);

/* One of those units has changed, or may have: systemd is asked. */
void readiness_ask(Engine *e);

/* It does not pass, and is asked nevertheless: no other one does. */
bool readiness_is_last(const AppWorld *w, const Instance *i);
