/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The router's certificates on disk: one for the base domain and its applications, one for each other
 * domain. */

#include "engine/state.h"

/* Issues what is missing and removes what belongs to no domain any more. 1: the configuration names another
 * newest one now.
 */
int certificates_write(Engine *e, Error *error);

/* When the newest was written, usec. */
uint64_t certificates_newest(void);

/* The router's group, which may read them; 0 where there is none. */
gid_t certificates_group(void);
