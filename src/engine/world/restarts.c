/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/world/restarts.h"

unsigned restarts_note_ends(Restarts *r, unsigned counted)
{
        unsigned ends = counted < r->counted ? counted : counted - r->counted;
        r->counted = counted;
        r->total += ends;
        return ends;
}

void restarts_note_lifeless(Restarts *r, uint64_t at)
{
        if (at == 0 || at == r->lifeless_at)
                return;
        r->lifeless_at = at;
        r->total++;
}
