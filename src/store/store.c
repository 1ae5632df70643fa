/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "store/store.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "basic/clock.h"
#include "basic/text.h"
#include "store/store-internal.h"

/* Bytes read after which the repository is closed: libgit2 keeps up to 16 MiB of unpacked bases a pack. */
#define USED_MAX (512U * 1024)

/* Tries after the first, with pauses that grow to 16 ms. A lock is waited for about a second: longer than
 * git holds one, short enough for a single-threaded daemon. What is not found is looked for twice. */
#define TRIES_LOCKED 64
#define TRIES_RACE 16
#define TRIES_MISSING 1
#define TRIES_OTHER 3

static int limit_libgit2(void)
{
        static const int levels[] = {GIT_CONFIG_LEVEL_PROGRAMDATA, GIT_CONFIG_LEVEL_SYSTEM,
                                     GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_GLOBAL};
        int r = 0;

        /* What an administrator has in ~/.gitconfig is nothing to us. */
        for (size_t i = 0; i < ELEMENTSOF(levels); i++)
                r |= git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, levels[i], "");
        r |= git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, 1);
        r |= git_libgit2_opts(GIT_OPT_SET_CACHE_MAX_SIZE, (ssize_t) 128 * 1024);
        r |= git_libgit2_opts(GIT_OPT_SET_MWINDOW_SIZE, (size_t) 1024 * 1024);
        r |= git_libgit2_opts(GIT_OPT_SET_MWINDOW_MAPPED_LIMIT, (size_t) 8 * 1024 * 1024);
        return r < 0 ? -EIO : 0;
}

int store_open(const char *path, Store **ret, Error *e)
{
        if (git_libgit2_init() < 0)
                return error_set(e, -ENOMEM, "Cannot start libgit2 for the state in %s.", path);

        _cleanup_(store_freep) Store *s = calloc(1, sizeof(*s));
        if (!s) {
                git_libgit2_shutdown();
                return -ENOMEM;
        }
        s->path = strdup(path);
        if (!s->path || asprintf(&s->packs, "%s/objects/pack", path) < 0)
                return -ENOMEM;

        int r = limit_libgit2();
        if (r < 0)
                return error_set(e, r, "Cannot set libgit2's options.");
        r = store_make(path, e);
        if (r < 0)
                return r;
        r = store_clear_locks(path);
        if (r < 0)
                return error_set(e, r, "Cannot look for lock files in %s: %s", path, strerror(-r));

        git_repository *repo;
        unsigned attempt = 0;
        do
                r = store_repository(s, &repo);
        while (store_again(s, &r, &attempt));
        if (r < 0)
                return store_explain(
                        s, e, r,
                        "%s cannot be opened as a git repository; move it away, or put a backup "
                        "(git clone --mirror) in its place",
                        path);
        *ret = TAKE_PTR(s);
        return 0;
}

Store *store_free(Store *s)
{
        if (!s)
                return NULL;
        store_release(s);
        free(s->path);
        free(s->packs);
        free(s);
        git_libgit2_shutdown();
        return NULL;
}

void store_release(Store *s)
{
        git_repository_free(s->repo);
        s->repo = NULL;
        s->used = 0;
}

void store_used(Store *s, size_t bytes)
{
        s->used += bytes;
}

int store_repository(Store *s, git_repository **ret)
{
        /* A repository that stays open over a `git gc` keeps deleted packs mapped. */
        struct stat st = {0};
        if (stat(s->packs, &st) < 0 && errno != ENOENT)
                return -errno;
        bool same = st.st_ino == s->packs_inode && st.st_mtim.tv_sec == s->packs_at.tv_sec &&
                    st.st_mtim.tv_nsec == s->packs_at.tv_nsec;
        if (!same || s->used > USED_MAX)
                store_release(s);

        if (!s->repo) {
                int code = git_repository_open_bare(&s->repo, s->path);
                if (code < 0)
                        return store_failed(s, code, -ENOENT);
                s->packs_inode = st.st_ino;
                s->packs_at = st.st_mtim;
        }
        *ret = s->repo;
        return 0;
}

/* libgit2 keeps errno only as text, at the end of its message. */
static int errno_of_text(const char *text)
{
        static const int known[] = {ENOENT, ENOTDIR, ENOSPC, EDQUOT, EROFS, EACCES, EPERM, EMFILE, ENFILE};

        for (size_t i = 0; i < ELEMENTSOF(known); i++)
                if (text_ends_with(text, strerror(known[i])))
                        return -known[i];
        return -EIO;
}

static int try_again(Store *s, int obstacle, unsigned tries)
{
        s->obstacle = obstacle;
        s->tries = tries;
        return -EAGAIN;
}

int store_failed(Store *s, int code, int missing)
{
        int number = errno;
        const git_error *error = git_error_last();
        bool told = error && error->message && error->klass != GIT_ERROR_NONE;
        /* A full disk is one of the failures that libgit2 says nothing about. */
        const char *reason = told ? error->message : number ? strerror(number) : "no reason given";
        (void) snprintf(s->reason, sizeof(s->reason), "%s", reason);

        switch (code) {
        case GIT_ENOTFOUND:
                /* Perhaps it has just moved into a pack that we do not know yet. */
                return try_again(s, missing, TRIES_MISSING);
        case GIT_ELOCKED:
                return try_again(s, -EBUSY, TRIES_LOCKED);
        case GIT_EEXISTS:
                return -EEXIST;
        case GIT_EMODIFIED:
                return -ESTALE;
        case GIT_EINVALIDSPEC:
                return -EINVAL;
        }
        if (told && error->klass == GIT_ERROR_NOMEMORY)
                return -ENOMEM;
        if (told && error->klass != GIT_ERROR_OS)
                /* A pack that vanishes while it is searched has many names. */
                return try_again(s, -EIO, TRIES_OTHER);

        int r = errno_of_text(s->reason);
        if (r != -ENOENT && r != -ENOTDIR)
                return r;
        /* `git gc` removes a directory between our making it and our using it. */
        return try_again(s, -EIO, TRIES_RACE);
}

bool store_again(Store *s, int *r, unsigned *attempt)
{
        if (*r != -EAGAIN)
                return false;
        if (*attempt >= s->tries) {
                *r = s->obstacle;
                return false;
        }
        if (s->obstacle == -EBUSY)
                store_clear_packed_lock(s->path);
        if (*attempt > 0) {
                unsigned msec = *attempt < 16 ? *attempt : 16;
                nanosleep(&(struct timespec){.tv_nsec = (long) (msec * 1000000)}, NULL);
        }
        store_release(s);
        (*attempt)++;
        return true;
}

int store_explain(const Store *s, Error *e, int r, const char *format, ...)
{
        _cleanup_free_ char *text = NULL;
        va_list ap;
        va_start(ap, format);
        if (vasprintf(&text, format, ap) < 0)
                text = NULL;
        va_end(ap);
        return error_set(e, r, "%s: %s", text ? text : "The state repository failed",
                         s->reason[0] ? s->reason : strerror(-r));
}
