/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The unit in which HAProxy reads a configuration that may become the router's, and says what it thinks. */

#include "render/unitspec.h"

/* "paas-routercheck-<number>.service"; what HAProxy says goes to `fd`, which is borrowed until it is sent.
 */
UnitSpec *render_router_check(uint64_t number, const char *path, int fd);
