/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/cleanup/reserve.h"

#include <stdio.h>

#include "basic/settings.h"

#define RULE_BYTES (UINT64_C(2) << 30)
#define FIRST_BUILD (UINT64_C(256) << 20) /* nothing is known about it */
#define ALWAYS (UINT64_C(16) << 20)       /* logs, history, layers of what is started */

uint64_t reserve_bytes(uint64_t setting, uint64_t total)
{
        if (setting != SETTINGS_RESERVE_RULE)
                return setting;
        return total / 20 < RULE_BYTES ? total / 20 : RULE_BYTES;
}

uint64_t reserve_need(const ReserveBuild *b)
{
        uint64_t first = b->max_source < FIRST_BUILD ? b->max_source : FIRST_BUILD;
        uint64_t tree = b->slug > 0 ? b->slug + b->slug / 4 : first;
        return tree + b->cache + ALWAYS;
}

bool reserve_allows(uint64_t need, uint64_t available, uint64_t reserve)
{
        return available >= reserve && available - reserve >= need;
}

void reserve_format(uint64_t bytes, char ret[16])
{
        static const char *const units[] = {"B", "KB", "MB", "GB", "TB"};
        double value = (double) bytes;
        size_t i = 0;
        for (; value >= 1000 && i < 4; i++)
                value /= 1000;
        snprintf(ret, 16, value < 10 && i > 0 ? "%.1f %s" : "%.0f %s", value, units[i]);
}
