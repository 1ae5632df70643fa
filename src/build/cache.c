/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "build/cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "basic/cleanup.h"
#include "basic/file.h"
#include "basic/text.h"

DEFINE_CLEANUP(FTS *, fts_close)
DEFINE_CLEANUP(DIR *, closedir)

/* A new file with the content, mode and time of the old one; the kernel shares blocks where it can. */
static int copy_file(const char *from, const char *to, const struct stat *st)
{
        _cleanup_close_ int in = open(from, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
        if (in < 0)
                return -errno;
        _cleanup_close_ int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, st->st_mode & 0777);
        if (out < 0)
                return -errno;
        for (;;) {
                ssize_t n = copy_file_range(in, NULL, out, NULL, 1 << 30, 0);
                if (n < 0 && errno != EINTR)
                        return -errno;
                if (n == 0)
                        break;
        }
        struct timespec times[2] = {st->st_atim, st->st_mtim};
        return futimens(out, times) < 0 ? -errno : 0;
}

static int copy_link(const char *from, const char *to)
{
        char target[4096];
        ssize_t n = readlink(from, target, sizeof(target) - 1);
        if (n < 0)
                return -errno;
        target[n] = '\0';
        return symlink(target, to) < 0 ? -errno : 0;
}

static int clone_entry(const FTSENT *at, const char *to)
{
        switch (at->fts_info) {
        case FTS_D:
                return mkdir(to, 0700) < 0 ? -errno : 0;
        case FTS_F:
                if (!(at->fts_statp->st_mode & 0222) && link(at->fts_accpath, to) >= 0)
                        return 0;
                return copy_file(at->fts_accpath, to, at->fts_statp);
        case FTS_SL:
        case FTS_SLNONE:
                return copy_link(at->fts_accpath, to);
        case FTS_DNR:
        case FTS_ERR:
        case FTS_NS:
                return -at->fts_errno;
        default: /* the second visit of a directory; sockets and the like, which no cache needs */
                return 0;
        }
}

static int clone_tree(const char *from, const char *to)
{
        char *roots[] = {(char *) from, NULL};
        _cleanup_(fts_closep) FTS *f = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, NULL);
        if (!f)
                return -errno;

        size_t prefix = strlen(from);
        for (FTSENT *at; (at = fts_read(f));) {
                _cleanup_free_ char *path = NULL;
                if (asprintf(&path, "%s%s", to, at->fts_path + prefix) < 0)
                        return -ENOMEM;
                int r = clone_entry(at, path);
                if (r < 0)
                        return r;
        }
        return 0;
}

int cache_begin(const char *directory, const char *stack, const char *pack, Cache *ret, bool *ret_lost,
                Error *e)
{
        _cleanup_cache_ Cache c = {.directory = strdup(directory)};
        if (!c.directory || asprintf(&c.current, "%s/%s.%s", directory, stack, pack) < 0 ||
            asprintf(&c.next, "%s.new", c.current) < 0)
                return -ENOMEM;

        int r = tree_remove(c.next);
        if (r >= 0 && access(c.current, F_OK) >= 0) {
                r = clone_tree(c.current, c.next);
                *ret_lost = r < 0;
                if (r < 0)
                        r = tree_remove(c.next);
        }
        if (r >= 0 && mkdir(c.next, 0700) < 0 && errno != EEXIST)
                r = -errno;
        if (r < 0)
                return error_set(e, r, "preparing the build cache in %s: %s", directory, strerror(-r));

        *ret = c;
        c = CACHE_NULL;
        return 0;
}

static int remove_others(const Cache *c)
{
        const char *keep = strrchr(c->current, '/') + 1;
        _cleanup_(closedirp) DIR *d = opendir(c->directory);
        if (!d)
                return -errno;
        for (struct dirent *at; (at = readdir(d));) {
                if (streq(at->d_name, ".") || streq(at->d_name, "..") || streq(at->d_name, keep) ||
                    streq(at->d_name, "lost+found"))
                        continue;
                _cleanup_free_ char *path = NULL;
                if (asprintf(&path, "%s/%s", c->directory, at->d_name) < 0)
                        return -ENOMEM;
                int r = tree_remove(path);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int sync_unless_same(int fd, int synced_fd)
{
        struct stat here, there;
        if (synced_fd >= 0 && fstat(fd, &here) >= 0 && fstat(synced_fd, &there) >= 0 &&
            here.st_dev == there.st_dev)
                return 0;
        return syncfs(fd);
}

int cache_commit(Cache *c, int synced_fd, Error *e)
{
        _cleanup_close_ int fd = open(c->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0 || sync_unless_same(fd, synced_fd) < 0)
                return error_set(e, -errno, "syncing the build cache in %s: %s", c->directory,
                                 strerror(errno));

        if (renameat2(AT_FDCWD, c->next, AT_FDCWD, c->current, RENAME_EXCHANGE) < 0 &&
            (errno != ENOENT || rename(c->next, c->current) < 0))
                return error_set(e, -errno, "putting the new build cache in its place, %s: %s", c->current,
                                 strerror(errno));
        int r = remove_others(c);
        return r < 0 ? error_set(e, r, "removing old build caches from %s: %s", c->directory, strerror(-r))
                     : 0;
}

/* What the tree takes on disk, with what it shares with the older generation: that one goes next. */
static int tree_bytes(const char *path, uint64_t *ret)
{
        char *roots[] = {(char *) path, NULL};
        _cleanup_(fts_closep) FTS *f = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, NULL);
        if (!f)
                return -errno;
        uint64_t bytes = 0;
        errno = 0;
        for (FTSENT *at; (at = fts_read(f)); errno = 0)
                if (at->fts_info != FTS_DP && at->fts_info != FTS_NS)
                        bytes += (uint64_t) at->fts_statp->st_blocks * 512;
        if (errno != 0)
                return -errno;
        *ret = bytes;
        return 0;
}

int cache_bound(Cache *c, uint64_t quota, uint64_t *ret_bytes, Error *e)
{
        int r = tree_bytes(c->next, ret_bytes);
        if (r >= 0 && *ret_bytes <= quota)
                return 0;
        if (r >= 0)
                r = tree_remove(c->next);
        if (r >= 0 && mkdir(c->next, 0700) < 0)
                r = -errno;
        return r < 0 ? error_set(e, r, "bounding the build cache %s: %s", c->next, strerror(-r)) : 1;
}

void cache_discard(Cache *c)
{
        if (c->next)
                (void) tree_remove(c->next);
}

void cache_clear(Cache *c)
{
        free(c->current);
        free(c->next);
        free(c->directory);
        *c = CACHE_NULL;
}
