/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "usage/walk.h"

#include <errno.h>
#include <fts.h>
#include <sys/stat.h>
#include <unistd.h>

#include "basic/cleanup.h"

DEFINE_CLEANUP(FTS *, fts_close)

static int count(const FTSENT *at, Owners *owners, uint64_t *bytes)
{
        switch (at->fts_info) {
        case FTS_DP: /* the second visit */
        case FTS_NS: /* gone meanwhile */
                return 0;
        case FTS_DNR:
        case FTS_ERR:
                return at->fts_errno == ENOENT ? 0 : -at->fts_errno;
        default:
                break;
        }
        const struct stat *st = at->fts_statp;
        uint64_t names = S_ISDIR(st->st_mode) || st->st_nlink == 0 ? 1 : st->st_nlink;
        *bytes += (uint64_t) st->st_blocks * 512 / names;
        owners_meet(owners, st->st_uid);
        owners_meet(owners, st->st_gid);
        return 0;
}

/* fts changes the directory as it goes: how deep a tree may be knows no limit then. */
int walk_tree(int directory, const char *path, Owners *owners, uint64_t *ret)
{
        char *roots[] = {(char *) path, NULL};
        uint64_t bytes = 0;
        if (fchdir(directory) < 0)
                return -errno;
        _cleanup_(fts_closep) FTS *f = fts_open(roots, FTS_PHYSICAL | FTS_XDEV, NULL);
        if (!f)
                return -errno;
        errno = 0;
        for (FTSENT *at; (at = fts_read(f)); errno = 0) {
                int r = count(at, owners, &bytes);
                if (r < 0)
                        return r;
        }
        if (errno != 0 && errno != ENOENT)
                return -errno;
        *ret = bytes;
        return 0;
}
