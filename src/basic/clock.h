/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdint.h>

#define USEC_PER_MSEC UINT64_C(1000)
#define USEC_PER_SEC UINT64_C(1000000)

#define CLOCK_TEXT_SIZE 21 /* "2026-11-21T03:27:00Z" and the NUL */

/* Microseconds of CLOCK_REALTIME, of CLOCK_MONOTONIC. */
uint64_t clock_realtime(void);
uint64_t clock_monotonic(void);

/* RFC 3339 in UTC, to the second. */
void clock_format(uint64_t realtime_usec, char ret[CLOCK_TEXT_SIZE]);

/* The inverse. -EINVAL. */
int clock_parse(const char *s, uint64_t *ret_realtime_usec);

/* "3s", "12m", "4h", "9d": how long ago, for tables. */
void clock_format_age(uint64_t age_usec, char ret[16]);
