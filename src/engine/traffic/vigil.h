/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Looks at each release for a while after its switch. When it crashes, is not ready any more, or answers
 * worse than the one before it, that one is released again: by paas, with the reason on record. */

#include "engine/state.h"

/* After our own start: what was being watched is watched on. */
void vigil_take_up(Engine *e);
void vigil_poll(Engine *e);
