/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * A writer that is killed leaves "NAME.lock" beside the ref, and nobody can write that ref again. Only paasd
 * writes refs, and `git gc` holds such a lock for well under a millisecond; so one that is still there after
 * a second has no owner. packed-refs is locked by `git gc` for as long as it writes: it gets a minute.
 */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "basic/clock.h"
#include "basic/strv.h"
#include "basic/text.h"
#include "store/store-internal.h"

#define PACKED_LOCK_MAX_SEC 60

static int find_locks(const char *directory, char ***ret)
{
        DIR *d = opendir(directory);
        if (!d)
                return errno == ENOENT ? 0 : -errno;

        int r = 0;
        for (struct dirent *entry; r >= 0 && (entry = readdir(d));) {
                _cleanup_free_ char *path = NULL;
                if (streq(entry->d_name, ".") || streq(entry->d_name, ".."))
                        continue;
                if (asprintf(&path, "%s/%s", directory, entry->d_name) < 0)
                        r = -ENOMEM;
                else if (entry->d_type == DT_DIR)
                        r = find_locks(path, ret);
                else if (text_ends_with(entry->d_name, ".lock"))
                        r = strv_append(ret, path);
        }
        closedir(d);
        return r;
}

static bool same_file(const struct stat *a, const struct stat *b)
{
        return a->st_ino == b->st_ino && a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
               a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

/* Waits until the lock goes or changes hands, at most until `deadline`; then removes it. */
static void outwait(const char *lock, uint64_t deadline)
{
        struct stat before, now;
        if (stat(lock, &before) < 0)
                return;
        while (clock_monotonic() < deadline) {
                nanosleep(&(struct timespec){.tv_nsec = 10 * 1000000}, NULL);
                if (stat(lock, &now) < 0 || !same_file(&before, &now))
                        return;
        }
        unlink(lock);
}

int store_clear_locks(const char *path)
{
        _cleanup_free_ char *refs = NULL;
        if (asprintf(&refs, "%s/refs", path) < 0)
                return -ENOMEM;

        _cleanup_strv_ char **locks = NULL;
        int r = find_locks(refs, &locks);
        if (r < 0)
                return r;
        uint64_t deadline = clock_monotonic() + USEC_PER_SEC;
        STRV_FOREACH(lock, locks)
                outwait(*lock, deadline);
        store_clear_packed_lock(path);
        return 0;
}

void store_clear_packed_lock(const char *path)
{
        _cleanup_free_ char *lock = NULL;
        if (asprintf(&lock, "%s/packed-refs.lock", path) < 0)
                return;
        struct stat st;
        if (stat(lock, &st) == 0 && time(NULL) - st.st_mtime > PACKED_LOCK_MAX_SEC)
                unlink(lock);
}
