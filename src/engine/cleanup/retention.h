/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What may be removed. Every decision of the clean-up is here, as pure functions of what is known: the
 * danger is not to keep too much but to remove what somebody needs, so whatever is doubtful stays.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct RetentionRelease {
        uint64_t version;
        const char *slug; /* NULL: before the first deploy */
        bool succeeded;   /* it became current */
} RetentionRelease;

typedef struct RetentionSlugs {
        const RetentionRelease *releases; /* newest first */
        size_t n;
        uint64_t keep;    /* so many different slugs, from the newest release on */
        uint64_t current; /* version of the current release; 0: none */
        char *const
                *in_use; /* mounted, current of any application, or an operation under way points at it */
        bool held;       /* an operation is under way that may come to need any of them */
} RetentionSlugs;

typedef enum SlugNeed {
        SLUG_UNNEEDED,
        SLUG_HELD,
        SLUG_IN_USE,
        SLUG_CURRENT,
        SLUG_PREVIOUS, /* the newest release with another slug than the current one's that was current */
        SLUG_RETAINED, /* one of the last releases */
} SlugNeed;

SlugNeed retention_slug(const RetentionSlugs *s, const char *slug);

/* The list of releases is long enough to decide: a longer one changes no answer for what is in it, and what
 * is not in it is not needed for its releases. */
bool retention_suffices(const RetentionSlugs *s);

/* The newest release that points at the slug; 0: none in the list. */
uint64_t retention_last_user(const RetentionSlugs *s, const char *slug);

/* A layer of an instance: nobody knows the instance, it is not mounted, and not so new that its mount may be
 * about to come. Times are realtime, usec. */
bool retention_layer_may_go(bool known, bool mounted, uint64_t changed, uint64_t now);

/* The files of an application that was destroyed at that time. */
bool retention_destroyed_may_go(uint64_t destroyed, uint64_t now, uint64_t keep_days);

typedef struct UidPast {
        uid_t uid;      /* the lower one of a pair */
        uint64_t freed; /* when the last application that had it was destroyed */
} UidPast;

/* The pair that has been free the longest: first those that nobody ever had, in their order. -ENOSPC. */
int retention_next_uid(const UidPast *past, size_t n, bool (*is_free)(void *userdata, uid_t uid),
                       void *userdata, uid_t *ret);
