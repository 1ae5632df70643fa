/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The unit that shows a release's slug to the user who runs it, and the assets of earlier releases. */

#include <stdint.h>
#include <sys/types.h>

#include "render/unitspec.h"

typedef struct RenderSlug {
        const char *app;
        uint64_t version;
        const char *slug;
        uid_t build_uid, run_uid;
        const char *assets;      /* the directory below the slug that has them; "": none are kept */
        const char *slug_before; /* of the release that is replaced; NULL: none is */
        uint64_t version_before;
} RenderSlug;

/* "paas-slug-my_app-v12.service". NULL when out of memory. */
char *render_slug_unit(const char *app, uint64_t version);

UnitSpec *render_slug(const RenderSlug *slug);

/* What makes the layer of assets, in the same call; only where a release is replaced and `assets` is set. */
UnitSpec *render_assets(const RenderSlug *slug);
