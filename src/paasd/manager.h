/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The daemon as a whole. */

#include "basic/error.h"
#include "paasd/context.h"

int manager_new(Manager **ret, Error *error);

/* Opens the state, registers the objects, takes the name. */
int manager_start(Manager *m, Error *error);
Manager *manager_free(Manager *m);
DEFINE_CLEANUP(Manager *, manager_free)
