/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "basic/file.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "basic/buffer.h"
#include "basic/cleanup.h"
#include "basic/clock.h"

int fd_read_all(int fd, size_t max, char **ret, size_t *ret_length)
{
        _cleanup_buffer_ Buffer b = BUFFER_NULL;
        char chunk[16384];

        for (;;) {
                ssize_t n = read(fd, chunk, sizeof(chunk));
                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return -errno;
                if (n == 0)
                        break;
                if ((size_t) n > max - b.length)
                        return -EFBIG;
                buffer_append(&b, chunk, (size_t) n);
        }
        return buffer_finish(&b, ret, ret_length);
}

int file_read_at(int dir_fd, const char *path, size_t max, char **ret, size_t *ret_length)
{
        /* O_NONBLOCK: opening a FIFO that somebody left there must not hang. */
        _cleanup_close_ int fd =
                openat(dir_fd, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
        if (fd < 0)
                return errno == ELOOP ? -EINVAL : -errno;

        struct stat st;
        if (fstat(fd, &st) < 0)
                return -errno;
        if (!S_ISREG(st.st_mode))
                return -EINVAL;
        return fd_read_all(fd, max, ret, ret_length);
}

int file_read(const char *path, size_t max, char **ret, size_t *ret_length)
{
        return file_read_at(AT_FDCWD, path, max, ret, ret_length);
}

int fd_write_all(int fd, const void *data, size_t length)
{
        const char *p = data;
        while (length > 0) {
                ssize_t n = write(fd, p, length);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return -errno;
                p += n;
                length -= (size_t) n;
        }
        return 0;
}

static int sync_parent(const char *path)
{
        const char *slash = strrchr(path, '/');
        _cleanup_free_ char *parent =
                slash ? strndup(path, slash == path ? 1 : (size_t) (slash - path)) : strdup(".");
        if (!parent)
                return -ENOMEM;
        _cleanup_close_ int fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0 || fsync(fd) < 0)
                return -errno;
        return 0;
}

static int write_temporary(int fd, const void *data, size_t length, mode_t mode, FileOwner owner,
                           FileSync sync)
{
        int r = fd_write_all(fd, data, length);
        if (r < 0)
                return r;
        if ((owner.uid != (uid_t) -1 || owner.gid != (gid_t) -1) && fchown(fd, owner.uid, owner.gid) < 0)
                return -errno;
        if (fchmod(fd, mode) < 0)
                return -errno;
        if (sync == FILE_SYNC && fsync(fd) < 0)
                return -errno;
        return 0;
}

int file_write(const char *path, const void *data, size_t length, mode_t mode, FileOwner owner,
               FileSync sync)
{
        _cleanup_free_ char *temporary = NULL;
        if (asprintf(&temporary, "%s.XXXXXX", path) < 0)
                return -ENOMEM;
        _cleanup_close_ int fd = mkostemp(temporary, O_CLOEXEC);
        if (fd < 0)
                return -errno;

        int r = write_temporary(fd, data, length, mode, owner, sync);
        if (r >= 0 && rename(temporary, path) < 0)
                r = -errno;
        if (r < 0) {
                unlink(temporary);
                return r;
        }
        return sync == FILE_SYNC ? sync_parent(path) : 0;
}

int dir_make(const char *path, mode_t mode, FileOwner owner)
{
        if (mkdir(path, 0700) < 0 && errno != EEXIST)
                return -errno;
        _cleanup_close_ int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
        if (fd < 0)
                return -errno;
        if ((owner.uid != (uid_t) -1 || owner.gid != (gid_t) -1) && fchown(fd, owner.uid, owner.gid) < 0)
                return -errno;
        if (fchmod(fd, mode) < 0)
                return -errno;
        return 0;
}

int dir_make_parents(const char *path, mode_t mode)
{
        _cleanup_free_ char *copy = strdup(path);
        if (!copy)
                return -ENOMEM;

        for (char *p = copy + 1;; p++) {
                if (*p != '/' && *p != '\0')
                        continue;
                char old = *p;
                *p = '\0';
                if (mkdir(copy, mode) < 0 && errno != EEXIST)
                        return -errno;
                if (old == '\0')
                        return 0;
                *p = old;
        }
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
        (void) st;
        (void) type;
        (void) ftw;
        return remove(path) < 0 && errno != ENOENT ? -1 : 0;
}

int tree_remove(const char *path)
{
        if (nftw(path, remove_one, 32, FTW_DEPTH | FTW_PHYS | FTW_MOUNT) < 0 && errno != ENOENT)
                return -errno;
        return 0;
}

int fd_wait(int fd, short events, uint64_t deadline)
{
        for (;;) {
                uint64_t now = clock_monotonic();
                if (now >= deadline)
                        return -ETIMEDOUT;
                struct pollfd p = {.fd = fd, .events = events};
                int n = poll(&p, 1, (int) ((deadline - now) / USEC_PER_MSEC) + 1);
                if (n > 0)
                        return 0;
                if (n < 0 && errno != EINTR)
                        return -errno;
        }
}
