/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which slugs are mounted for an application's releases, as it was last observed. */

#include <stddef.h>

#include "engine/world/sighting.h"
#include "unit/unit.h"

/* What is mounted for a release: which slug tells it from that of an application of the same name before. */
typedef struct MountedSlug {
        uint64_t version;
        char *id; /* owned; NULL: its unit does not say */
        Sighting sighting;
        bool loaded; /* seen by the last observation */
} MountedSlug;

typedef struct Mounted {
        MountedSlug *slugs;
        size_t n;
} Mounted;

/* "paas-slug-my_app-v12.service": `ret_app` unescaped. -EINVAL: another unit. */
int mounted_unit_parse(const char *unit, char **ret_app, uint64_t *ret_version);

MountedSlug *mounted_find(const Mounted *m, uint64_t version);

/* Another slug than `id` is mounted for this version: that of a destroyed application. */
bool mounted_is_stale(const Mounted *m, uint64_t version, const char *id);

/* An observation begins, shows one, has ended. */
void mounted_unsee(Mounted *m);
int mounted_see(Mounted *m, uint64_t version, const UnitStatus *u);
bool mounted_drop_unseen(Mounted *m); /* whether there was one that is not there any more */

void mounted_forget(Mounted *m);
