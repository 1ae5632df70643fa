/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which of those that leave have to hurry: a pure decision, so that each case of it is a test. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Leaving {
        const char *type;
        unsigned index;
        uint64_t version;
        uint64_t since; /* monotonic, usec */
        bool cut;       /* the decision */
} Leaving;

/* At most `max` old releases of a process type may leave at a time, and of one process of a release (which a
 * restart replaces) as many: the oldest are cut. */
void drain_choose(Leaving *list, size_t n, uint64_t max);
