/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* For strategy=stop-start: the old processes of a type go before the new come. */

#include "engine/world/world.h"

/* Stops whatever is there of `type`.`index` (0: of any index) and does not belong to the operation. True
 * when nothing of it is left; otherwise the application's next change is the time to ask again. */
bool swap_make_way(AppWorld *w, const AppState *s, const char *type, unsigned index, uint64_t operation);
