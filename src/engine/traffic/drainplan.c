/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/traffic/drainplan.h"

#include "basic/text.h"

static bool is_first_of_version(const Leaving *list, size_t k)
{
        for (size_t i = 0; i < k; i++)
                if (list[i].version == list[k].version && streq(list[i].type, list[k].type))
                        return false;
        return true;
}

static size_t newer_versions(const Leaving *list, size_t n, const Leaving *one)
{
        size_t count = 0;
        for (size_t i = 0; i < n; i++)
                count += list[i].version > one->version && streq(list[i].type, one->type) &&
                         is_first_of_version(list, i);
        return count;
}

static size_t newer_of_place(const Leaving *list, size_t n, const Leaving *one)
{
        size_t count = 0;
        for (size_t i = 0; i < n; i++)
                count += list[i].version == one->version && list[i].index == one->index &&
                         streq(list[i].type, one->type) && list[i].since > one->since;
        return count;
}

void drain_choose(Leaving *list, size_t n, uint64_t max)
{
        for (size_t i = 0; i < n; i++)
                list[i].cut =
                        newer_versions(list, n, &list[i]) >= max || newer_of_place(list, n, &list[i]) >= max;
}
