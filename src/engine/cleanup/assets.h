/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The assets of earlier releases, kept for a day: which a release gets, and which layers nobody needs. */

#include "engine/world/world.h"
#include "render/slugunit.h"

/* Says what is kept for the release of `slug`: that of the current one, when another takes its place. */
void assets_describe(const AppState *s, RenderSlug *slug);

/* Beside the slug of this instance's release. */
bool assets_are_mounted(const InstanceName *name);

/* For each layer on disk ("v12") that no release needs. Nothing while nobody has looked what runs. */
typedef void (*AssetsEach)(void *userdata, const AppState *s, const char *layer);
int assets_each_unneeded(Engine *e, const AppState *s, AssetsEach each, void *userdata);

/* Removes those. */
void assets_prune(Engine *e, const AppState *s);
