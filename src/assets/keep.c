/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "assets/keep.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "assets/assetindex.h"
#include "basic/cleanup.h"
#include "basic/file.h"
#include "basic/log.h"
#include "basic/text.h"
#include "model/paths.h"

DEFINE_CLEANUP(DIR *, closedir)

#define DIRECTORY_FLAGS (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
#define DEPTH_MAX 64
#define COPY_BYTES (1 << 20)

typedef struct Making {
        const Assets *assets;
        int from, tree; /* the root that files come from, and the one they go to */
        FILE *index;
        size_t n_files;
        Error *error;
} Making;

static int say(Making *m, int r, const char *path)
{
        return error_set(m->error, r, "%s: %s%s", path, strerror(-r),
                         r == -ENOTDIR || r == -ELOOP ? ", and a link is never followed" : "");
}

/* The directory `name` of both sides; the second one is made like the first where it is missing. */
static int enter(int *from, int *to, const char *name, uid_t owner)
{
        _cleanup_close_ int next_from = openat(*from, name, DIRECTORY_FLAGS);
        struct stat st;
        if (next_from < 0 || fstat(next_from, &st) < 0)
                return -errno;
        bool made = mkdirat(*to, name, 0700) >= 0;
        if (!made && errno != EEXIST)
                return -errno;
        _cleanup_close_ int next_to = openat(*to, name, DIRECTORY_FLAGS);
        if (next_to < 0)
                return -errno;
        if (made && (fchown(next_to, owner, (gid_t) owner) < 0 || fchmod(next_to, st.st_mode & 0777) < 0))
                return -errno;
        closep(from);
        closep(to);
        *from = TAKE_FD(next_from);
        *to = TAKE_FD(next_to);
        return 0;
}

static int copy_bytes(int from, int to, const struct stat *st, uid_t owner)
{
        for (ssize_t n = 1; n > 0;) {
                n = sendfile(to, from, NULL, COPY_BYTES);
                if (n < 0)
                        return -errno;
        }
        /* Its time is what a browser's conditional request compares. */
        const struct timespec times[2] = {st->st_atim, st->st_mtim};
        if (fchown(to, owner, (gid_t) owner) < 0 || fchmod(to, st->st_mode & 0777) < 0 ||
            futimens(to, times) < 0)
                return -errno;
        return 0;
}

/* Of another owner, who would be a stranger in this release's mount; or a file has no room for more links.
 */
static int copy_file(int from, int to, const char *name, const struct stat *st, uid_t owner)
{
        if (!S_ISREG(st->st_mode))
                return 0;
        _cleanup_close_ int in = openat(from, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC),
                            out = in < 0 ? -1
                                         : openat(to, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        return in < 0 || out < 0 ? -errno : copy_bytes(in, out, st, owner);
}

/* -EEXIST: a later release's file of that name is there. */
static int keep_entry(int from, int to, const char *name, uid_t owner)
{
        struct stat st;
        if (fstatat(from, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
                return -errno;
        if (!S_ISREG(st.st_mode) && !S_ISLNK(st.st_mode))
                return 0;
        if (st.st_uid == owner && linkat(from, name, to, name, 0) >= 0)
                return 0;
        if (st.st_uid == owner && errno != EMLINK && errno != EXDEV)
                return -errno;
        return copy_file(from, to, name, &st, owner);
}

static int keep(Making *m, const char *path, uint64_t seconds)
{
        const uid_t owner = m->assets->owner;
        _cleanup_free_ char *copy = strdup(path);
        _cleanup_close_ int from = fcntl(m->from, F_DUPFD_CLOEXEC, 3),
                            to = fcntl(m->tree, F_DUPFD_CLOEXEC, 3);
        if (!copy || from < 0 || to < 0)
                return copy ? -errno : -ENOMEM;
        if (++m->n_files > ASSETS_FILES_MAX)
                return error_set(m->error, -E2BIG, "there are more than %d files of assets to keep",
                                 ASSETS_FILES_MAX);
        int r = 0;
        char *name = copy;
        for (char *slash; r >= 0 && (slash = strchr(name, '/')); name = slash + 1) {
                *slash = '\0';
                r = enter(&from, &to, name, owner);
        }
        if (r >= 0)
                r = keep_entry(from, to, name, owner);
        if (r == -EEXIST || r == -ENOENT) /* a later one's; or its layer lost it */
                return 0;
        return r < 0 ? say(m, r, path) : asset_index_add(m->index, path, seconds);
}

static int walk(Making *m, int directory, const char *path, unsigned depth)
{
        _cleanup_(closedirp) DIR *d = fdopendir(directory);
        int r = 0;
        if (!d) {
                close(directory);
                return -errno;
        }
        if (depth > DEPTH_MAX)
                return error_set(m->error, -ELOOP, "%s: directories are nested too deep", path);
        for (struct dirent *at; r >= 0 && (at = readdir(d));) {
                _cleanup_free_ char *below = NULL;
                if (streq(at->d_name, ".") || streq(at->d_name, ".."))
                        continue;
                if (asprintf(&below, "%s/%s", path, at->d_name) < 0)
                        return -ENOMEM;
                int fd = openat(dirfd(d), at->d_name, DIRECTORY_FLAGS);
                if (fd >= 0)
                        r = walk(m, fd, below, depth + 1);
                else
                        r = errno == ENOTDIR || errno == ELOOP ? keep(m, below, m->assets->now)
                                                               : say(m, -errno, below);
        }
        return r;
}

/* The directory `path` of `root`, no component of which may be a link. */
static int open_below(int root, const char *path)
{
        _cleanup_free_ char *copy = strdup(path);
        int fd = fcntl(root, F_DUPFD_CLOEXEC, 3);
        char *rest = copy;
        for (char *name; copy && fd >= 0 && (name = strsep(&rest, "/"));) {
                int next = openat(fd, name, DIRECTORY_FLAGS);
                int r = -errno;
                close(fd);
                if (next < 0)
                        return r;
                fd = next;
        }
        return copy ? (fd < 0 ? -errno : fd) : -ENOMEM;
}

static int keep_of_slug(Making *m)
{
        const Assets *a = m->assets;
        int fd = open_below(m->from, a->path);
        if (fd == -ENOENT) /* the release before had none */
                return 0;
        return fd < 0 ? say(m, fd, a->path) : walk(m, fd, a->path, 0);
}

static int keep_if_recent(void *userdata, const char *path, uint64_t seconds)
{
        Making *m = userdata;
        return seconds + ASSETS_KEEP_SECONDS > m->assets->now ? keep(m, path, seconds) : 0;
}

static char *join(const char *directory, const char *name)
{
        char *path = NULL;
        return asprintf(&path, "%s%s", directory, name) < 0 ? NULL : path;
}

/* What was kept already is worth less than a deploy: a damaged index is told, and its files go. */
static int keep_of_layer(Making *m)
{
        _cleanup_free_ char *index = join(m->assets->before, "/index");
        _cleanup_error_ Error e = ERROR_NULL;
        if (!index)
                return -ENOMEM;
        int r = asset_index_each(index, keep_if_recent, m, &e);
        if (r == -EBADMSG)
                log_warning(0, "%s; what it lists is not kept any longer", error_text(&e, r));
        return r == -EBADMSG || r == -ENOENT ? 0 : r;
}

static int keep_from(Making *m, const char *root, int (*each)(Making *m))
{
        _cleanup_close_ int from = open(root, DIRECTORY_FLAGS);
        if (from < 0)
                return errno == ENOENT ? 0 : say(m, -errno, root);
        m->from = from;
        return each(m);
}

static int make_part(Making *m, const char *part)
{
        const FileOwner owner = {m->assets->owner, (gid_t) m->assets->owner};
        _cleanup_free_ char *tree_path = join(part, PAAS_ASSETS_TREE), *index_path = join(part, "/index"),
                            *before = join(m->assets->before, PAAS_ASSETS_TREE);
        if (!tree_path || !index_path || !before)
                return -ENOMEM;
        int r = tree_remove(part);
        if (r >= 0)
                r = dir_make_parents(part, 0700);
        if (r >= 0)
                r = dir_make(tree_path, 0755, owner);
        if (r < 0)
                return say(m, r, part);
        _cleanup_close_ int tree = open(tree_path, DIRECTORY_FLAGS);
        _cleanup_fclose_ FILE *index = tree < 0 ? NULL : fopen(index_path, "wxe");
        if (!index)
                return say(m, -errno, part);
        m->tree = tree;
        m->index = index;
        r = keep_from(m, m->assets->slug, keep_of_slug);
        if (r >= 0)
                r = keep_from(m, before, keep_of_layer);
        return r >= 0 && (fflush(index) != 0 || fsync(fileno(index)) < 0) ? -errno : r;
}

int assets_make(const Assets *a, Error *e)
{
        Making m = {.assets = a, .from = -1, .tree = -1, .error = e};
        _cleanup_free_ char *part = join(a->layer, ".part");
        if (!part)
                return -ENOMEM;
        if (access(a->layer, F_OK) == 0)
                return 0;
        int r = make_part(&m, part);
        if (r >= 0 && m.n_files > 0)
                return rename(part, a->layer) < 0 ? say(&m, -errno, a->layer) : 0;
        (void) tree_remove(part);
        return r;
}
