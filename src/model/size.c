/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "model/size.h"

#include <stddef.h>
#include <strings.h>

#include "basic/cleanup.h"

#define MIB (UINT64_C(1) << 20)
#define GIB (UINT64_C(1) << 30)

/* The names are Heroku's, so that an app.json made for it works; memory too. */
static const Size sizes[] = {
        {"eco", 512 * MIB, 512, 50},
        {"basic", 512 * MIB, 512, 100},
        {"standard-1x", 512 * MIB, 512, 100},
        {"standard-2x", 1024 * MIB, 1024, 200},
        {"performance-m", 2560 * MIB, 4096, 500},
        {"performance-l", 14 * GIB, 16384, 1000},
        {"performance-l-ram", 30 * GIB, 16384, 1000},
        {"performance-xl", 62 * GIB, 16384, 2000},
        {"performance-2xl", 126 * GIB, 32768, 4000},
};

const Size *size_find(const char *name)
{
        for (size_t i = 0; i < ELEMENTSOF(sizes); i++)
                if (strcasecmp(sizes[i].name, name) == 0)
                        return &sizes[i];
        return NULL;
}

const char *size_names(void)
{
        return "eco, basic, standard-1x, standard-2x, performance-m, performance-l, performance-l-ram, "
               "performance-xl, performance-2xl";
}
