/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* $PORT: a range that paas owns, below ip_local_port_range. */

#include "engine/state.h"

#define PORT_FIRST 20000
#define PORT_LAST 29999

/* A free port of our range, which no unit, server or launch has. 0: none is left. */
unsigned port_find_free(Engine *e);
