/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/cleanup/retention.h"

#include <errno.h>

#include "basic/clock.h"
#include "basic/strv.h"
#include "basic/text.h"
#include "model/app.h"

#define LAYER_REST_USEC (10 * 60 * USEC_PER_SEC)
#define USEC_PER_DAY (86400 * USEC_PER_SEC)

static const RetentionRelease *find_version(const RetentionSlugs *s, uint64_t version)
{
        for (size_t i = 0; i < s->n; i++)
                if (s->releases[i].version == version)
                        return &s->releases[i];
        return NULL;
}

static const char *previous_slug(const RetentionSlugs *s)
{
        const RetentionRelease *current = find_version(s, s->current);
        for (size_t i = 0; current && i < s->n; i++) {
                const RetentionRelease *r = &s->releases[i];
                if (r->version < current->version && r->succeeded && r->slug &&
                    !text_equal(r->slug, current->slug))
                        return r->slug;
        }
        return NULL;
}

/* The slug of releases[i] is that of no newer one. */
static bool is_first(const RetentionSlugs *s, size_t i)
{
        for (size_t k = 0; k < i; k++)
                if (text_equal(s->releases[k].slug, s->releases[i].slug))
                        return false;
        return true;
}

static bool is_retained(const RetentionSlugs *s, const char *slug)
{
        uint64_t distinct = 0;
        for (size_t i = 0; i < s->n && distinct < s->keep; i++) {
                if (!s->releases[i].slug || !is_first(s, i))
                        continue;
                if (streq(s->releases[i].slug, slug))
                        return true;
                distinct++;
        }
        return false;
}

SlugNeed retention_slug(const RetentionSlugs *s, const char *slug)
{
        const RetentionRelease *current = find_version(s, s->current);
        if (s->held)
                return SLUG_HELD;
        if (strv_contains(s->in_use, slug))
                return SLUG_IN_USE;
        if (current && text_equal(current->slug, slug))
                return SLUG_CURRENT;
        if (text_equal(previous_slug(s), slug))
                return SLUG_PREVIOUS;
        return is_retained(s, slug) ? SLUG_RETAINED : SLUG_UNNEEDED;
}

bool retention_suffices(const RetentionSlugs *s)
{
        uint64_t distinct = 0;
        for (size_t i = 0; i < s->n && distinct < s->keep; i++)
                if (s->releases[i].slug && is_first(s, i))
                        distinct++;
        return distinct >= s->keep && (s->current == 0 || previous_slug(s));
}

uint64_t retention_last_user(const RetentionSlugs *s, const char *slug)
{
        for (size_t i = 0; i < s->n; i++)
                if (text_equal(s->releases[i].slug, slug))
                        return s->releases[i].version;
        return 0;
}

bool retention_layer_may_go(bool known, bool mounted, uint64_t changed, uint64_t now)
{
        return !known && !mounted && now >= changed && now - changed >= LAYER_REST_USEC;
}

bool retention_destroyed_may_go(uint64_t destroyed, uint64_t now, uint64_t keep_days)
{
        return destroyed > 0 && now >= destroyed && now - destroyed >= keep_days * USEC_PER_DAY;
}

int retention_next_uid(const UidPast *past, size_t n, bool (*is_free)(void *userdata, uid_t uid),
                       void *userdata, uid_t *ret)
{
        uint64_t best = UINT64_MAX;
        for (uid_t uid = APP_UID_FIRST; uid + 1 <= APP_UID_LAST; uid += 2) {
                uint64_t freed = 0;
                for (size_t i = 0; i < n; i++)
                        if (past[i].uid == uid && past[i].freed > freed)
                                freed = past[i].freed;
                if (freed >= best || !is_free(userdata, uid))
                        continue;
                best = freed;
                *ret = uid;
                if (best == 0)
                        return 0;
        }
        return best == UINT64_MAX ? -ENOSPC : 0;
}
