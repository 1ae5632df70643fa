/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A new instance: what it is given before its unit is made. */

#include "engine/world/world.h"
#include "model/release.h"

/* How a web process of this release gets its connections: what is set, or what its pack asks for. */
Listen enrol_listen(const AppState *s, const Release *release);

/* -ENOSPC: every port is taken. It is in the world then, and not yet launched. */
int enrol_instance(AppWorld *w, const AppState *s, const Release *release, const char *type, unsigned index,
                   uint64_t operation, Instance **ret);
