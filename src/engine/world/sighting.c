/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/world/sighting.h"

bool sighting_is_current(Sighting *s)
{
        if (s->known && s->seen == s->changes)
                return true;
        s->asked = s->changes;
        s->asking = true;
        return false;
}

void sighting_note(Sighting *s)
{
        s->seen = s->asked;
        s->known = s->asking; /* not of the first observation, before which no change was told */
        s->asking = false;
}
