/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "model/usage.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "basic/cleanup.h"
#include "basic/text.h"

static const struct {
        const char *directory;
        unsigned depth;
} kinds[_USAGE_KIND_MAX] = {
        [USAGE_REPOSITORY] = {"repos", 1}, [USAGE_SLUG] = {"slugs", 2},   [USAGE_CACHE] = {"cache", 1},
        [USAGE_ASSETS] = {"assets", 2},    [USAGE_LAYER] = {"layers", 2}, [USAGE_BUILD] = {"builds", 1},
        [USAGE_DESTROYED] = {"gone", 1},   [USAGE_TRASH] = {"trash", 1},
};

const char *usage_directory(UsageKind k)
{
        return kinds[k].directory;
}

unsigned usage_depth(UsageKind k)
{
        return kinds[k].depth;
}

static int add_uid(Usage *u, const char *text)
{
        uint64_t uid;
        int r = text_parse_uint(text, UINT32_MAX - 1, &uid);
        if (r < 0)
                return r;
        uid_t *longer = reallocarray(u->uids, u->n_uids + 1, sizeof(uid_t));
        if (!longer)
                return -ENOMEM;
        u->uids = longer;
        u->uids[u->n_uids++] = (uid_t) uid;
        return 0;
}

static int split_path(const char *path, UsageEntry *e)
{
        const char *slash = strchr(path, '/');
        size_t n = slash ? (size_t) (slash - path) : strlen(path);
        if (e->kind == USAGE_REPOSITORY && text_ends_with(path, ".git"))
                n -= strlen(".git");
        if (n == 0 || (slash != NULL) != (kinds[e->kind].depth == 2) ||
            (slash && (!slash[1] || strchr(slash + 1, '/'))))
                return -EINVAL;
        e->owner = strndup(path, n);
        e->name = slash ? strdup(slash + 1) : NULL;
        return !e->owner || (slash && !e->name) ? -ENOMEM : 0;
}

static void entry_clear(UsageEntry *e)
{
        free(e->owner);
        free(e->name);
}

/* "BYTES KIND PATH", which is cut in pieces. */
static int add_entry(Usage *u, char *record)
{
        _cleanup_(entry_clear) UsageEntry e = {.kind = _USAGE_KIND_MAX};
        char *kind = strchr(record, ' '), *path = kind ? strchr(kind + 1, ' ') : NULL;
        if (!path)
                return -EINVAL;
        *kind++ = *path++ = '\0';
        for (UsageKind k = 0; k < _USAGE_KIND_MAX; k++)
                if (streq(kinds[k].directory, kind))
                        e.kind = k;
        if (e.kind == _USAGE_KIND_MAX || text_parse_uint(record, INT64_MAX, &e.bytes) < 0)
                return -EINVAL;
        int r = split_path(path, &e);
        if (r < 0)
                return r;
        UsageEntry *longer = reallocarray(u->entries, u->n_entries + 1, sizeof(UsageEntry));
        if (!longer)
                return -ENOMEM;
        u->entries = longer;
        u->entries[u->n_entries++] = e;
        e = (UsageEntry){0};
        return 0;
}

int usage_parse(const char *text, size_t length, Usage *ret, Error *e)
{
        _cleanup_usage_ Usage u = USAGE_NULL;
        bool ended = false;
        for (size_t at = 0; at < length;) {
                size_t n = strnlen(text + at, length - at);
                if (ended || at + n == length)
                        return error_set(e, -EBADMSG, "the list of what is on the disk is damaged");
                _cleanup_free_ char *record = strndup(text + at, n);
                if (!record)
                        return -ENOMEM;
                const char *uid = text_after(record, "uid ");
                ended = streq(record, "end");
                int r = ended ? 0 : uid ? add_uid(&u, uid) : add_entry(&u, record);
                if (r == -ENOMEM)
                        return r;
                if (r < 0)
                        return error_set(e, -EBADMSG, "the list of what is on the disk is damaged");
                at += n + 1;
        }
        if (!ended)
                return error_set(e, -EBADMSG, "the list of what is on the disk is cut short");
        *ret = u;
        u = USAGE_NULL;
        return 0;
}

void usage_clear(Usage *u)
{
        for (size_t i = 0; i < u->n_entries; i++)
                entry_clear(&u->entries[i]);
        free(u->entries);
        free(u->uids);
        *u = USAGE_NULL;
}

uint64_t usage_sum(const Usage *u, UsageKind kind, const char *owner, const char *name)
{
        uint64_t bytes = 0;
        for (size_t i = 0; i < u->n_entries; i++) {
                const UsageEntry *e = &u->entries[i];
                if (e->kind == kind && streq(e->owner, owner) && (!name || text_equal(e->name, name)))
                        bytes += e->bytes;
        }
        return bytes;
}

bool usage_has_uid(const Usage *u, uid_t uid)
{
        for (size_t i = 0; i < u->n_uids; i++)
                if (u->uids[i] == uid)
                        return true;
        return false;
}
