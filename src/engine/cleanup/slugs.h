/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Slugs on disk and mounted: which are still needed. */

#include "engine/world/world.h"

/* Whose its files are on disk: a slug that came by promotion belongs to the build user of the application
 * that it was built for. `otherwise` when it cannot be told. */
uid_t slugs_owner(const char *app, const char *slug, uid_t otherwise);

/* Unmounts those of releases that no instance has and nobody stands up. `s` NULL: the application is gone.
 */
void slugs_unmount_unused(AppWorld *w, const AppState *s);

/* For each slug on disk that nothing needs (engine/cleanup/retention.h decides), in the order of their
 * names, with the newest release that points at it (0: none). Nothing while somebody may come to need one.
 */
typedef void (*SlugEach)(void *userdata, const AppState *s, const char *slug, uint64_t version);
int slugs_each_unneeded(Engine *e, const AppState *s, SlugEach each, void *userdata);

/* Removes those. */
void slugs_prune(AppWorld *w, const AppState *s);
