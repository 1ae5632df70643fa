/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* How long what leaves may take: as it is set now, counted from when it began to leave. */

#include "engine/world/world.h"

typedef struct DrainClocks {
        uint64_t requests, tunnels; /* usec */
} DrainClocks;

DrainClocks drain_clocks(const AppWorld *w, const Instance *i);
uint64_t drain_longest(const DrainClocks *c);

/* Since when it drains, usec. */
uint64_t drain_age(const Instance *i);

/* Its open requests have had their time: what it still has are connections with a clock of their own. */
bool drain_is_long(const AppWorld *w, const Instance *i);

/* When the last of them is cut: realtime, usec. */
uint64_t drain_until(const AppWorld *w, const Instance *i);

/* Seconds that a connection of any application may need at most after it was left alone. */
uint64_t drain_longest_of_all(Engine *e);
