/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The unit that counts what is on the disk. */

#include <stdbool.h>
#include <stdint.h>

#include "render/unitspec.h"

/* `number` makes its name its own; `app` NULL: of all, with `uids` the numbers in use too. Its output goes
 * to `fd`. NULL when out of memory. */
UnitSpec *render_usage(uint64_t number, const char *app, bool uids, int fd);
