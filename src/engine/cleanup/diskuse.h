/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Who has how much of the disk, by application. */

#include "engine/state.h"
#include "model/usage.h"

typedef struct DiskUser {
        const char *app; /* borrowed from the catalogue; of a destroyed one the name that it had */
        bool destroyed;
        uint64_t repository, slugs, assets, cache, layers, builds; /* of a destroyed one all is in `slugs` */
} DiskUser;

uint64_t disk_user_total(const DiskUser *u);

/* The largest first, in one allocation; those without anything are left out. */
int disk_users(Engine *e, const Usage *usage, DiskUser **ret, size_t *ret_n);
