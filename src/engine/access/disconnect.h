/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "engine/state.h"

/* Ends the open ssh connections of the user's keys: `paas-shell --hang-up`, as user paas, finds the
 * processes that act for them. paasd itself may signal nobody. */
void disconnect_user(Engine *e, const User *u);
