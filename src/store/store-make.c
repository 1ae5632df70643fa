/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The first start. The repository is made under another name, put on disk and renamed, so that what bears
 * the name is whole.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "basic/file.h"
#include "store/store-internal.h"

/* A directory of root's that others can write is nobody's truth. */
static int check_directory(const char *path, const struct stat *st, Error *e)
{
        if (!S_ISDIR(st->st_mode))
                return error_set(e, -ENOTDIR, "%s is not a directory; move it away.", path);
        if (st->st_uid != geteuid())
                return error_set(e, -EPERM, "%s belongs to uid %u instead of %u; see who changed it.", path,
                                 (unsigned) st->st_uid, (unsigned) geteuid());
        if (st->st_mode & 022)
                return error_set(e, -EPERM, "%s is writable for others (mode %03o); chmod it to 0700.", path,
                                 (unsigned) (st->st_mode & 0777));
        return 0;
}

static int configure(git_repository *repo)
{
        _cleanup_(git_config_freep) git_config *config = NULL;
        if (git_repository_config(&config, repo) < 0)
                return -EIO;
        /* Whoever runs `git gc` or a repack by hand gets the same care for the disk as we take. */
        if (git_config_set_string(config, "core.fsync", "all") < 0 ||
            git_config_set_bool(config, "core.logAllRefUpdates", false) < 0 ||
            git_config_set_int32(config, "gc.auto", 0) < 0)
                return -EIO;
        return 0;
}

static int fill(const char *temporary)
{
        _cleanup_(git_repository_freep) git_repository *repo = NULL;
        git_repository_init_options options = GIT_REPOSITORY_INIT_OPTIONS_INIT;
        options.flags = GIT_REPOSITORY_INIT_BARE | GIT_REPOSITORY_INIT_NO_REINIT;
        options.description = "The state of paas: see paas(8). Written by paasd alone.";
        options.initial_head = "main";
        if (git_repository_init_ext(&repo, temporary, &options) < 0)
                return -EIO;

        int r = configure(repo);
        if (r < 0)
                return r;
        _cleanup_close_ int fd = open(temporary, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0 || syncfs(fd) < 0)
                return -errno;
        return 0;
}

static int sync_directory_of(const char *path)
{
        const char *slash = strrchr(path, '/');
        _cleanup_free_ char *parent = slash ? strndup(path, (size_t) (slash - path) + 1) : strdup(".");
        if (!parent)
                return -ENOMEM;
        _cleanup_close_ int fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0 || fsync(fd) < 0)
                return -errno;
        return 0;
}

static int make(const char *path, Error *e)
{
        _cleanup_free_ char *temporary = NULL;
        if (asprintf(&temporary, "%s.new", path) < 0)
                return -ENOMEM;

        int r = tree_remove(temporary);
        if (r >= 0)
                r = dir_make(temporary, 0700, FILE_OWNER_SELF);
        if (r >= 0)
                r = fill(temporary);
        if (r >= 0 && rename(temporary, path) < 0)
                r = -errno;
        if (r >= 0)
                r = sync_directory_of(path);
        if (r >= 0)
                return 0;

        const git_error *error = git_error_last();
        const char *reason = r == -EIO && error && error->message ? error->message : strerror(-r);
        (void) error_set(e, r, "Cannot make the state repository %s: %s", path, reason);
        tree_remove(temporary);
        return r;
}

int store_make(const char *path, Error *e)
{
        struct stat st;
        if (lstat(path, &st) < 0) {
                if (errno == ENOENT)
                        return make(path, e);
                return error_set(e, -errno, "Cannot look at %s: %s", path, strerror(errno));
        }
        int r = check_directory(path, &st, e);
        if (r < 0)
                return r;

        /* An empty directory may have been made in advance; rmdir() refuses any other. */
        if (rmdir(path) == 0)
                return make(path, e);
        return 0;
}
