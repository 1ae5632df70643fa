/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "build/unpack-path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "basic/buffer.h"
#include "basic/cleanup.h"
#include "build/say.h"

static int refuse(Error *e, const char *path, const char *why)
{
        _cleanup_free_ char *name = say_printable(path, 200);
        return error_set(e, -EPERM, "the tree has an entry '%s', which is refused: %s", name ?: "", why);
}

static int check_component(const char *path, const char *name, size_t n, Error *e)
{
        if (n == 2 && memcmp(name, "..", 2) == 0)
                return refuse(e, path, "'..' would lead out of the tree");
        if (n == 4 && strncasecmp(name, ".git", 4) == 0)
                return refuse(e, path, "'.git' inside a tree would be taken for a repository; remove it");
        if (n > NAME_MAX)
                return refuse(e, path, "a name may have at most 255 bytes");
        return 0;
}

int unpack_path_clean(const char *path, char **ret, Error *e)
{
        if (path[0] == '/')
                return refuse(e, path, "the path is absolute");
        if (strlen(path) > UNPACK_PATH_MAX)
                return refuse(e, path, "the path is longer than 3072 bytes");

        _cleanup_buffer_ Buffer b = BUFFER_NULL;
        for (const char *p = path; *p;) {
                size_t n = strcspn(p, "/");
                bool skip = n == 0 || (n == 1 && p[0] == '.');
                int r = skip ? 0 : check_component(path, p, n, e);
                if (r < 0)
                        return r;
                if (!skip) {
                        if (b.length > 0)
                                buffer_puts(&b, "/");
                        buffer_append(&b, p, n);
                }
                p += n + (p[n] == '/');
        }
        return buffer_finish(&b, ret, NULL);
}

/* One after the other from the root: each component is opened (and made, where it is missing) inside a
 * directory that was just opened, and never through a link. Not openat2(2): a unit with RestrictSUIDSGID=
 * has none. */
static int open_directories(int root_fd, const char *path)
{
        const int flags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
        _cleanup_close_ int fd = openat(root_fd, ".", flags);
        if (fd < 0)
                return -errno;

        for (const char *p = path; *p;) {
                char name[NAME_MAX + 1];
                size_t n = strcspn(p, "/");
                memcpy(name, p, n);
                name[n] = '\0';
                int next = openat(fd, name, flags);
                if (next < 0 && errno == ENOENT && mkdirat(fd, name, 0755) >= 0)
                        next = openat(fd, name, flags);
                if (next < 0)
                        return -errno;
                close(fd);
                fd = next;
                p += n + (p[n] == '/');
        }
        return TAKE_FD(fd);
}

int unpack_path_parent(int root_fd, const char *path, int *ret_fd, const char **ret_name, Error *e)
{
        const char *slash = strrchr(path, '/');
        _cleanup_free_ char *parent = strndup(path, slash ? (size_t) (slash - path) : 0);
        if (!parent)
                return -ENOMEM;

        int fd = open_directories(root_fd, parent);
        if (fd == -ELOOP || fd == -ENOTDIR)
                return refuse(e, path, "it would be written through a link or a file");
        if (fd < 0)
                return error_set(e, fd, "making the directory of '%s': %s", path, strerror(-fd));
        *ret_fd = fd;
        *ret_name = slash ? slash + 1 : path;
        return 0;
}
