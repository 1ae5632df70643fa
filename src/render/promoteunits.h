/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The units of a promotion: one gives a slug to another application, one a commit to its repository. */

#include <stdint.h>

#include "render/unitspec.h"

typedef struct RenderPromotion {
        const char *app, *app_id; /* to which */
        uint64_t operation;
        const char *source; /* from which */
        const char *slug;
        const char *commit;
} RenderPromotion;

char *render_link_unit(const char *app, uint64_t operation);
char *render_transfer_unit(const char *app, uint64_t operation);

/* The slug's files again in the other application's directory, as hard links, under a name that is not a
 * slug's yet. Done again it completes what is there. */
UnitSpec *render_link(const RenderPromotion *p);

/* paas-source as user paas, which fetches the commit. */
UnitSpec *render_transfer(const RenderPromotion *p);

/* paas-source, which compares what runs; its output goes to `fd`. `tip` NULL: nothing runs there. */
UnitSpec *render_compare(const char *name, const char *app, const char *commit, const char *other,
                         const char *tip, int fd);
