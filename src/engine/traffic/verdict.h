/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Whether a new release answers worse than the one before it: figures in, a decision out. */

#include <stdbool.h>
#include <stdint.h>

typedef struct Tally {
        uint64_t requests; /* whose end is known */
        uint64_t errors;   /* of these: 500 and above, or no answer at all */
} Tally;

/* So many requests say something about a release. */
#define VERDICT_SAMPLE 50

/* Its share of errors is more than two points above the old one's. While there are fewer than `least`
 * requests the others are taken for good ones: a single error is no share yet. */
bool verdict_is_worse(const Tally *now, const Tally *old, uint64_t least);
