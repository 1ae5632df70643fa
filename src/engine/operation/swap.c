/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/operation/swap.h"

#include "basic/text.h"
#include "engine/traffic/drain.h"
#include "engine/world/launch.h"

bool swap_make_way(AppWorld *w, const AppState *s, const char *type, unsigned index, uint64_t operation)
{
        bool clear = true;
        for (size_t k = 0; k < w->n_instances; k++) {
                Instance *i = w->instances[k];
                if (i->name.oneoff || i->name.operation == operation || !streq(i->name.type, type) ||
                    (index > 0 && i->name.index != index))
                        continue;
                clear = false;
                if (i->phase >= INSTANCE_DRAINING)
                        continue;
                launch_free(i->launch);
                drain_begin(w, s, i);
        }
        return clear;
}
