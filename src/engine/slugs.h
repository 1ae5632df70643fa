/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Slugs on disk and mounted: which are still needed. */

#include "engine/world.h"

/* Unmounts those of releases that no instance has and nobody stands up. `s` NULL: the application is gone.
 */
void slugs_unmount_unused(AppWorld *w, const AppState *s);

/* Removes slugs that none of the last `keep-releases` releases points at and that are not mounted. */
void slugs_prune(AppWorld *w, const AppState *s);
