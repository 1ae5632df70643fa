/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Whole files: read with a bound, written so that a reader or a power cut sees the old or the new one. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Reads a regular file of at most `max` bytes, NUL-terminated behind `ret_length` bytes. A link, a FIFO or
 * a device is -EINVAL (`dir_fd` and the name may be in a directory that somebody else owns: the last
 * component is never followed), more than `max` is -EFBIG. `ret_length` may be NULL. */
int file_read_at(int dir_fd, const char *path, size_t max, char **ret, size_t *ret_length);
int file_read(const char *path, size_t max, char **ret, size_t *ret_length);

typedef enum FileSync {
        FILE_NO_SYNC, /* for /run, and for what is derived */
        FILE_SYNC,    /* file and directory are on disk when this returns */
} FileSync;

typedef struct FileOwner {
        uid_t uid; /* (uid_t) -1 keeps the writer's */
        gid_t gid; /* (gid_t) -1 keeps the writer's */
} FileOwner;

#define FILE_OWNER_SELF ((FileOwner){(uid_t) -1, (gid_t) -1})

/* Writes to a temporary name beside `path`, sets mode and owner, then renames. */
int file_write(const char *path, const void *data, size_t length, mode_t mode, FileOwner owner,
               FileSync sync);

/* mkdir with exactly this mode and owner, also when it is there already. Parents must exist. */
int dir_make(const char *path, mode_t mode, FileOwner owner);

/* mkdir -p; new directories get `mode` and belong to the caller. */
int dir_make_parents(const char *path, mode_t mode);

/* Removes a tree without following links and without leaving its file system. Missing is success. */
int tree_remove(const char *path);

/* The calls that write everything, or fail: -EPIPE, -EIO, … */
int fd_write_all(int fd, const void *data, size_t length);

/* Waits until `fd` can be read or written (`events` of poll). `deadline`: monotonic, usec; -ETIMEDOUT. */
int fd_wait(int fd, short events, uint64_t deadline);

/* Reads to the end, at most `max` bytes: more is -EFBIG. */
int fd_read_all(int fd, size_t max, char **ret, size_t *ret_length);
