/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Whether a build fits on the disk, as figures: bytes everywhere. */

#include <stdbool.h>
#include <stdint.h>

/* What no build may take of a file system of that size. The rule is the smaller one of 2 GiB and 5 %: on a
 * small disk 2 GiB would forbid everything, on a large one 5 % would be a hundred builds. */
uint64_t reserve_bytes(uint64_t setting, uint64_t total);

typedef struct ReserveBuild {
        uint64_t slug;       /* of the current release; 0: there is none */
        uint64_t cache;      /* of the last build: the new one gets a copy, which takes its place */
        uint64_t max_source; /* what a pushed tree may have */
} ReserveBuild;

/* What a build takes at most for a while, going by the last one. */
uint64_t reserve_need(const ReserveBuild *b);

bool reserve_allows(uint64_t need, uint64_t available, uint64_t reserve);

/* "1.2 GB". */
void reserve_format(uint64_t bytes, char ret[16]);
