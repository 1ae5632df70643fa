/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "basic/strv.h"
#include "store/store-internal.h"

static int tree_of(Store *s, git_repository *repo, const char *commit, git_tree **ret)
{
        git_oid id;
        int r = store_parse_id(commit, &id);
        if (r < 0)
                return r;
        _cleanup_(git_commit_freep) git_commit *object = NULL;
        r = git_commit_lookup(&object, repo, &id);
        if (r < 0)
                return store_failed(s, r, -ENOENT);
        r = git_commit_tree(ret, object);
        return r < 0 ? store_failed(s, r, -EIO) : 0;
}

/* The id of what lies at "app" or "config/A", when it has this type. -ENOENT is final here: the trees were
 * all read. */
static int entry_at(Store *s, git_repository *repo, git_tree *root, const char *path, git_object_t type,
                    git_oid *ret)
{
        _cleanup_(git_tree_freep) git_tree *directory = NULL;
        const git_tree *tree = root;
        const char *name = path, *slash = strchr(path, '/');

        if (slash) {
                _cleanup_free_ char *first = strndup(path, (size_t) (slash - path));
                if (!first)
                        return -ENOMEM;
                const git_tree_entry *entry = git_tree_entry_byname(root, first);
                if (!entry || git_tree_entry_type(entry) != GIT_OBJECT_TREE)
                        return -ENOENT;
                int r = git_tree_lookup(&directory, repo, git_tree_entry_id(entry));
                if (r < 0)
                        return store_failed(s, r, -EIO);
                tree = directory;
                name = slash + 1;
        }
        const git_tree_entry *entry = git_tree_entry_byname(tree, name);
        if (!entry || git_tree_entry_type(entry) != type)
                return -ENOENT;
        *ret = *git_tree_entry_id(entry);
        return 0;
}

/* Its size is asked first, so that nothing large is ever in memory. */
static int check_size(Store *s, git_repository *repo, const git_oid *id, size_t max)
{
        _cleanup_(git_odb_freep) git_odb *odb = NULL;
        git_object_t type;
        size_t size;
        int r = git_repository_odb(&odb, repo);
        if (r >= 0)
                r = git_odb_read_header(&size, &type, odb, id);
        if (r < 0)
                return store_failed(s, r, -EIO);
        return size > max ? -EFBIG : 0;
}

static int read_once(Store *s, const char *commit, const char *path, size_t max, char **ret,
                     size_t *ret_length)
{
        _cleanup_(git_tree_freep) git_tree *root = NULL;
        _cleanup_(git_blob_freep) git_blob *blob = NULL;
        git_repository *repo;
        git_oid id;

        int r = store_repository(s, &repo);
        if (r >= 0)
                r = tree_of(s, repo, commit, &root);
        if (r >= 0)
                r = entry_at(s, repo, root, path, GIT_OBJECT_BLOB, &id);
        if (r >= 0)
                r = check_size(s, repo, &id, max);
        if (r < 0)
                return r;
        r = git_blob_lookup(&blob, repo, &id);
        if (r < 0)
                return store_failed(s, r, -EIO);

        size_t length = (size_t) git_blob_rawsize(blob);
        char *copy = malloc(length + 1);
        if (!copy)
                return -ENOMEM;
        if (length > 0)
                memcpy(copy, git_blob_rawcontent(blob), length);
        copy[length] = '\0';
        store_used(s, length);
        *ret = copy;
        if (ret_length)
                *ret_length = length;
        return 0;
}

int store_read(Store *s, const char *commit, const char *path, size_t max, char **ret, size_t *ret_length)
{
        if (!store_path_is_valid(path))
                return -ENOENT;

        unsigned attempt = 0;
        int r;
        do
                r = read_once(s, commit, path, max, ret, ret_length);
        while (store_again(s, &r, &attempt));
        return r;
}

static int list_once(Store *s, const char *commit, const char *directory, char ***ret)
{
        _cleanup_(git_tree_freep) git_tree *tree = NULL;
        git_repository *repo;
        int r = store_repository(s, &repo);
        if (r >= 0)
                r = tree_of(s, repo, commit, &tree);
        if (r < 0)
                return r;

        _cleanup_(git_tree_freep) git_tree *below = NULL;
        if (*directory) {
                git_oid id;
                r = entry_at(s, repo, tree, directory, GIT_OBJECT_TREE, &id);
                if (r < 0)
                        return r == -ENOENT ? 0 : r; /* an absent directory is an empty one */
                r = git_tree_lookup(&below, repo, &id);
                if (r < 0)
                        return store_failed(s, r, -EIO);
        }

        const git_tree *listed = *directory ? below : tree;
        _cleanup_strv_ char **names = NULL;
        size_t n = git_tree_entrycount(listed);
        for (size_t i = 0; i < n; i++) {
                r = strv_append(&names, git_tree_entry_name(git_tree_entry_byindex(listed, i)));
                if (r < 0)
                        return r;
        }
        *ret = TAKE_PTR(names);
        return 0;
}

int store_list(Store *s, const char *commit, const char *directory, char ***ret)
{
        _cleanup_strv_ char **names = NULL;
        unsigned attempt = 0;
        int r;
        do
                r = list_once(s, commit, directory, &names);
        while (store_again(s, &r, &attempt));
        if (r < 0)
                return r;
        strv_sort(names);
        *ret = TAKE_PTR(names);
        return 0;
}
