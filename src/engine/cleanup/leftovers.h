/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* After our start: removes the layers of instances that vanished while we were away. Those of operations
 * that go on stay: they make their instances anew under the same names. */

#include "engine/state.h"

void leftovers_remove(Engine *e);
