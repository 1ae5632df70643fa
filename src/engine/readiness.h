/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What the router's checks found: asked of it now and then, so that whoever is responsible is told when an
 * instance gets no requests any more, or gets them because there is no better one.
 */

#include "engine/world.h"

void readiness_poll(Engine *e);

/* It does not pass, and is asked nevertheless: no other one does. */
bool readiness_is_last(const AppWorld *w, const Instance *i);
