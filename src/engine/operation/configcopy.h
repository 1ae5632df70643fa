/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Config vars of one application set in another: on request, name by name, never by a promotion. */

#include "engine/operation/job.h"

/* The named vars, in one release of `to`. Returns 0 without a job (`*ret` NULL) when `to` has them already.
 * -EINVAL: no name, one that `from` does not have, or both are the same application. */
int configcopy_submit(Engine *e, const AppState *from, AppState *to, char *const *names, const Actor *actor,
                      Job **ret, Error *error);
