/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Makes what runs be what the state says, one application at a time: plan, apply, confirm. */

#include "engine/world/world.h"

/* Called after each observation, and whenever the wish changed. */
void reconcile_app(AppWorld *w);

/* True when nothing is left to do for it: all wanted instances are proven, nobody is superfluous. */
bool reconcile_is_settled(AppWorld *w);

/* An instance is gone: its layer, its directories. */
void reconcile_clean_up(AppWorld *w, const Instance *i);

/* Once a second while something drains, waits or is to be tried again. */
void reconcile_tick(Engine *e);
