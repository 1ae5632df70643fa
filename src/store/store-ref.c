/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "basic/strv.h"
#include "basic/text.h"
#include "store/store-internal.h"

static int sync_directory(const char *path)
{
        _cleanup_close_ int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0)
                return errno == ENOENT ? 0 : -errno;
        return fsync(fd) < 0 ? -errno : 0;
}

int store_sync_objects(const Store *s)
{
        _cleanup_free_ char *path = NULL;
        if (asprintf(&path, "%s/objects", s->path) < 0)
                return -ENOMEM;
        return sync_directory(path);
}

int store_sync_ref(const Store *s, const char *ref)
{
        _cleanup_free_ char *path = NULL;
        if (asprintf(&path, "%s/%s", s->path, ref) < 0)
                return -ENOMEM;

        for (char *slash; (slash = strrchr(path, '/')) && (size_t) (slash - path) > strlen(s->path);) {
                *slash = '\0';
                int r = sync_directory(path);
                if (r < 0)
                        return r;
        }
        return sync_directory(s->path);
}

int store_ref_id(Store *s, git_repository *repo, const char *ref, git_oid *ret)
{
        int r = git_reference_name_to_id(ret, repo, ref);
        if (r == GIT_ENOTFOUND)
                return -ENOENT;
        return r < 0 ? store_failed(s, r, -EIO) : 0;
}

static int resolve_once(Store *s, const char *ref, git_oid *ret)
{
        git_repository *repo;
        int r = store_repository(s, &repo);
        return r < 0 ? r : store_ref_id(s, repo, ref, ret);
}

int store_resolve(Store *s, const char *ref, char ret_id[STORE_ID_SIZE])
{
        git_oid id;
        unsigned attempt = 0;
        int r;
        do
                r = resolve_once(s, ref, &id);
        while (store_again(s, &r, &attempt));
        if (r < 0)
                return r;
        git_oid_tostr(ret_id, STORE_ID_SIZE, &id);
        return 0;
}

static int list_once(Store *s, const char *glob, char ***ret)
{
        git_repository *repo;
        int r = store_repository(s, &repo);
        if (r < 0)
                return r;
        _cleanup_(git_reference_iterator_freep) git_reference_iterator *iterator = NULL;
        r = git_reference_iterator_glob_new(&iterator, repo, glob);
        if (r < 0)
                return store_failed(s, r, -EIO);

        _cleanup_strv_ char **names = NULL;
        const char *name;
        while ((r = git_reference_next_name(&name, iterator)) == 0) {
                r = strv_append(&names, name);
                if (r < 0)
                        return r;
        }
        if (r != GIT_ITEROVER)
                return store_failed(s, r, -EIO);
        *ret = TAKE_PTR(names);
        return 0;
}

/* A ref that is loose and packed may be shown twice. */
static void drop_repeated(char **sorted)
{
        size_t n = strv_length(sorted), kept = 0;
        for (size_t i = 0; i < n; i++)
                if (kept > 0 && streq(sorted[kept - 1], sorted[i]))
                        free(sorted[i]);
                else
                        sorted[kept++] = sorted[i];
        if (sorted)
                sorted[kept] = NULL;
}

int store_list_refs(Store *s, const char *prefix, char ***ret)
{
        _cleanup_free_ char *glob = NULL;
        if (strpbrk(prefix, "*?[\\"))
                return -EINVAL;
        if (asprintf(&glob, "%s*", prefix) < 0)
                return -ENOMEM;

        _cleanup_strv_ char **names = NULL;
        unsigned attempt = 0;
        int r;
        do
                r = list_once(s, glob, &names);
        while (store_again(s, &r, &attempt));
        if (r < 0)
                return r;
        strv_sort(names);
        drop_repeated(names);
        *ret = TAKE_PTR(names);
        return 0;
}

static int remove_once(Store *s, const char *name, const git_oid *expected)
{
        git_repository *repo;
        git_oid present;
        int r = store_repository(s, &repo);
        if (r >= 0)
                r = store_ref_id(s, repo, name, &present);
        if (r < 0)
                return r;
        if (!git_oid_equal(&present, expected))
                return -ESTALE;

        _cleanup_(git_reference_freep) git_reference *ref = NULL;
        r = git_reference_lookup(&ref, repo, name);
        if (r >= 0)
                r = git_reference_delete(ref); /* compares once more, under the lock */
        return r < 0 ? store_failed(s, r, -EIO) : store_sync_ref(s, name);
}

static int remove_ref(Store *s, const char *name, const git_oid *expected)
{
        unsigned attempt = 0;
        int r;
        do
                r = remove_once(s, name, expected);
        while (store_again(s, &r, &attempt));
        return r;
}

int store_remove_ref(Store *s, const char *ref, const char *expected, Error *e)
{
        git_oid id;
        int r = store_parse_id(expected, &id);
        s->reason[0] = '\0';
        if (r >= 0)
                r = remove_ref(s, ref, &id);
        if (r == -ESTALE)
                return error_set(e, r, "%s was changed by somebody else meanwhile; look again and repeat.",
                                 ref);
        return r < 0 ? store_explain(s, e, r, "Cannot remove %s from %s", ref, s->path) : 0;
}

/* 0: the new name is there and leads to the same commit. */
static int copy_once(Store *s, const char *from, const char *to, const git_oid *expected)
{
        git_repository *repo;
        git_oid old, new;
        int r = store_repository(s, &repo);
        if (r < 0)
                return r;
        int r_new = store_ref_id(s, repo, to, &new);
        if (r_new < 0 && r_new != -ENOENT)
                return r_new;
        if (r_new >= 0)
                return git_oid_equal(&new, expected) ? 0 : -EEXIST;

        r = store_ref_id(s, repo, from, &old);
        if (r < 0)
                return r;
        if (!git_oid_equal(&old, expected))
                return -ESTALE;
        _cleanup_(git_reference_freep) git_reference *ref = NULL;
        r = git_reference_create_matching(&ref, repo, to, expected, 0, NULL, NULL);
        return r < 0 ? store_failed(s, r, -EIO) : store_sync_ref(s, to);
}

/* libgit2's own rename removes the old name first: killed there, it loses the application. */
int store_rename_ref(Store *s, const char *from, const char *to, const char *expected, Error *e)
{
        git_oid id;
        unsigned attempt = 0;
        int valid = 0;
        s->reason[0] = '\0';
        if (git_reference_name_is_valid(&valid, to) < 0 || !valid || !text_after(to, "refs/"))
                return error_set(e, -EINVAL, "\"%s\" is no name of a ref.", to);

        int r = store_parse_id(expected, &id);
        if (r >= 0)
                do
                        r = copy_once(s, from, to, &id);
                while (store_again(s, &r, &attempt));
        if (r >= 0) {
                r = remove_ref(s, from, &id);
                if (r == -ENOENT) /* the second half of a rename that was cut short */
                        r = 0;
        }

        if (r == -ESTALE)
                return error_set(e, r, "%s was changed by somebody else meanwhile; look again and repeat.",
                                 from);
        if (r == -EEXIST)
                return error_set(e, r, "%s exists already and is something else.", to);
        return r < 0 ? store_explain(s, e, r, "Cannot rename %s to %s in %s", from, to, s->path) : 0;
}
