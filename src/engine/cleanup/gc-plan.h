/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a clean-up would remove at this moment, with why. It only looks; engine/cleanup/retention.h decides.
 */

#include "engine/state.h"
#include "model/usage.h"

typedef enum GcKind {
        GC_SLUG,      /* that no release within the retention points at */
        GC_ASSETS,    /* of earlier releases, kept for one that does not run any more */
        GC_BUILD,     /* the directory of a build that has ended */
        GC_LAYER,     /* of an instance that is not there any more */
        GC_DESTROYED, /* the files of an application that cannot be restored any more */
        GC_TRASH,     /* what an earlier clean-up did not finish */
        GC_ACCOUNT,   /* the users of an application that is gone for good */
        _GC_KIND_MAX,
} GcKind;

const char *gc_kind_to_string(GcKind k);

typedef struct GcItem {
        GcKind kind;
        char *app;  /* "" when it is not known */
        char *name; /* slug, operation, instance, uuid, "paas-61184" */
        char *path; /* NULL: GC_ACCOUNT */
        uint64_t bytes;
        uid_t uid; /* GC_ACCOUNT: the lower one of the pair */
        char *why;
        bool failed; /* it could not be removed */
} GcItem;

typedef struct GcPlan {
        GcItem *items;
        size_t n;
} GcPlan;

#define GC_PLAN_NULL ((GcPlan){0})

/* `only`: those of its kind, and as few others as possible, to see whether it is still among them. */
int gc_plan_make(Engine *e, const Usage *usage, const GcItem *only, GcPlan *ret);
void gc_plan_clear(GcPlan *p);
#define _cleanup_gc_plan_ _cleanup_(gc_plan_clear)

/* What another look at it says as well: nobody has come to need it meanwhile. */
bool gc_plan_has(const GcPlan *p, const GcItem *item);
