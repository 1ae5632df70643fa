/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * From the parent's tree to the new one. A blob whose contents are in the tree already is not written, and
 * neither is a subdirectory in which nothing changes: a release with a hundred config values costs as many
 * objects as it changes values.
 */

#include <errno.h>
#include <string.h>

#include "basic/strv.h"
#include "basic/text.h"
#include "store/store-internal.h"

int store_parse_id(const char *id, git_oid *ret)
{
        if (strlen(id) != STORE_ID_SIZE - 1 || strspn(id, "0123456789abcdef") != STORE_ID_SIZE - 1)
                return -EINVAL;
        return git_oid_fromstr(ret, id) < 0 ? -EINVAL : 0;
}

/* A leading dot is refused whole: that covers ".", "..", ".git" and what git reads, as .gitmodules. */
static bool component_is_valid(const char *s, size_t length)
{
        if (length == 0 || length > 255 || s[0] == '.')
                return false;
        for (size_t i = 0; i < length; i++)
                if ((unsigned char) s[i] <= ' ' || s[i] == 0x7f || s[i] == '\\')
                        return false;
        return true;
}

bool store_path_is_valid(const char *path)
{
        const char *slash = strchr(path, '/');
        if (!slash)
                return component_is_valid(path, strlen(path));
        return component_is_valid(path, (size_t) (slash - path)) && !strchr(slash + 1, '/') &&
               component_is_valid(slash + 1, strlen(slash + 1));
}

/* The tree to start from; *ret stays NULL for an empty one. */
static int base_tree(Store *s, git_repository *repo, const StoreChange *change, git_tree **ret)
{
        const char *from = change->tree_of ? change->tree_of : change->expected;
        if (change->empty_tree || !from)
                return 0;

        git_oid id;
        int r = store_parse_id(from, &id);
        if (r < 0)
                return r;
        _cleanup_(git_commit_freep) git_commit *commit = NULL;
        r = git_commit_lookup(&commit, repo, &id);
        if (r < 0)
                return store_failed(s, r, -ENOENT);
        r = git_commit_tree(ret, commit);
        return r < 0 ? store_failed(s, r, -EIO) : 0;
}

static int put_file(Store *s, git_repository *repo, git_treebuilder *builder, const char *name,
                    const StoreFile *file)
{
        const git_tree_entry *old = git_treebuilder_get(builder, name);
        if (!file->data) {
                int r = old ? git_treebuilder_remove(builder, name) : 0;
                return r < 0 ? store_failed(s, r, -EIO) : 0;
        }

        git_oid id;
        int r = git_odb_hash(&id, file->data, file->length, GIT_OBJECT_BLOB);
        if (r < 0)
                return store_failed(s, r, -EIO);
        if (old && git_oid_equal(&id, git_tree_entry_id(old)) && git_tree_entry_type(old) == GIT_OBJECT_BLOB)
                return 0;
        r = git_blob_create_from_buffer(&id, repo, file->data, file->length);
        if (r >= 0)
                r = git_treebuilder_insert(NULL, builder, name, &id, GIT_FILEMODE_BLOB);
        return r < 0 ? store_failed(s, r, -EIO) : 0;
}

/* The builder of a directory of `root`, with what it holds now. */
static int open_directory(Store *s, git_repository *repo, git_treebuilder *root, const char *name,
                          git_treebuilder **ret)
{
        _cleanup_(git_tree_freep) git_tree *tree = NULL;
        const git_tree_entry *entry = git_treebuilder_get(root, name);
        int r = 0;

        if (entry && git_tree_entry_type(entry) == GIT_OBJECT_TREE)
                r = git_tree_lookup(&tree, repo, git_tree_entry_id(entry));
        if (r >= 0)
                r = git_treebuilder_new(ret, repo, tree);
        return r < 0 ? store_failed(s, r, -EIO) : 0;
}

static int close_directory(Store *s, git_treebuilder *root, const char *name, git_treebuilder *builder)
{
        git_oid id;
        int r = 0;

        if (git_treebuilder_entrycount(builder) > 0) {
                r = git_treebuilder_write(&id, builder);
                if (r >= 0)
                        r = git_treebuilder_insert(NULL, root, name, &id, GIT_FILEMODE_TREE);
        } else if (git_treebuilder_get(root, name))
                r = git_treebuilder_remove(root, name);
        return r < 0 ? store_failed(s, r, -EIO) : 0;
}

/* All files of the change that lie in directory `name`, from the first of them on. */
static int put_directory(Store *s, git_repository *repo, git_treebuilder *root, const char *name,
                         const StoreFile *files, size_t n_files)
{
        _cleanup_(git_treebuilder_freep) git_treebuilder *builder = NULL;
        int r = open_directory(s, repo, root, name, &builder);

        for (size_t i = 0; r >= 0 && i < n_files; i++) {
                const char *rest = text_after(files[i].path, name);
                if (rest && *rest == '/')
                        r = put_file(s, repo, builder, rest + 1, &files[i]);
        }
        return r < 0 ? r : close_directory(s, root, name, builder);
}

static int put_files(Store *s, git_repository *repo, git_treebuilder *root, const StoreChange *change)
{
        _cleanup_strv_ char **done = NULL;
        int r = 0;

        for (size_t i = 0; r >= 0 && i < change->n_files; i++) {
                const StoreFile *file = &change->files[i];
                const char *slash = strchr(file->path, '/');
                if (!slash) {
                        r = put_file(s, repo, root, file->path, file);
                        continue;
                }
                _cleanup_free_ char *name = strndup(file->path, (size_t) (slash - file->path));
                if (!name)
                        return -ENOMEM;
                if (strv_contains(done, name))
                        continue;
                r = put_directory(s, repo, root, name, file, change->n_files - i);
                if (r >= 0)
                        r = strv_append(&done, name);
        }
        return r;
}

int store_write_tree(Store *s, git_repository *repo, const StoreChange *change, git_oid *ret)
{
        _cleanup_(git_tree_freep) git_tree *base = NULL;
        int r = base_tree(s, repo, change, &base);
        if (r < 0)
                return r;
        if (base && change->n_files == 0) {
                *ret = *git_tree_id(base);
                return 0;
        }

        _cleanup_(git_treebuilder_freep) git_treebuilder *root = NULL;
        r = git_treebuilder_new(&root, repo, base);
        if (r < 0)
                return store_failed(s, r, -EIO);
        r = put_files(s, repo, root, change);
        if (r < 0)
                return r;
        r = git_treebuilder_write(ret, root);
        return r < 0 ? store_failed(s, r, -EIO) : 0;
}
