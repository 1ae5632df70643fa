/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/traffic/verdict.h"

#define POINTS 2

bool verdict_is_worse(const Tally *now, const Tally *old, uint64_t least)
{
        double requests = (double) (now->requests > least ? now->requests : least);
        double before = old->requests > 0 ? (double) old->errors / (double) old->requests : 0;
        return requests > 0 && (double) now->errors / requests > before + POINTS / 100.0;
}
