/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "basic/clock.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>

static uint64_t read_clock(clockid_t id)
{
        struct timespec t;
        clock_gettime(id, &t);
        return (uint64_t) t.tv_sec * USEC_PER_SEC + (uint64_t) t.tv_nsec / 1000;
}

uint64_t clock_realtime(void)
{
        return read_clock(CLOCK_REALTIME);
}

uint64_t clock_monotonic(void)
{
        return read_clock(CLOCK_MONOTONIC);
}

void clock_format(uint64_t realtime_usec, char ret[CLOCK_TEXT_SIZE])
{
        time_t t = (time_t) (realtime_usec / USEC_PER_SEC);
        struct tm tm;
        if (!gmtime_r(&t, &tm) || strftime(ret, CLOCK_TEXT_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
                snprintf(ret, CLOCK_TEXT_SIZE, "1970-01-01T00:00:00Z");
}

int clock_parse(const char *s, uint64_t *ret_realtime_usec)
{
        struct tm tm = {0};
        const char *end = strptime(s, "%Y-%m-%dT%H:%M:%SZ", &tm);
        if (!end || *end)
                return -EINVAL;
        time_t t = timegm(&tm);
        if (t < 0)
                return -EINVAL;
        *ret_realtime_usec = (uint64_t) t * USEC_PER_SEC;
        return 0;
}

void clock_format_age(uint64_t age_usec, char ret[16])
{
        unsigned long long s = age_usec / USEC_PER_SEC;
        if (s < 60)
                snprintf(ret, 16, "%llus", s);
        else if (s < 3600)
                snprintf(ret, 16, "%llum", s / 60);
        else if (s < 48 * 3600)
                snprintf(ret, 16, "%lluh", s / 3600);
        else
                snprintf(ret, 16, "%llud", s / 86400);
}
