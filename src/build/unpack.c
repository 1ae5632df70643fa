/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "build/unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "basic/cleanup.h"
#include "build/say.h"
#include "build/unpack-path.h"

#define TAR_READ_BYTES (64 * 1024)
#define TAR_END_BYTES 1024 /* of zeros, at the end of each tar */
#define TAR_TAIL_MAX (1024 * 1024)

/* The stream. How many zeros it ends in tells a whole tar from one whose writer died: libarchive takes
 * both for complete. */
typedef struct Source {
        int fd; /* borrowed */
        uint64_t zeros;
        char data[TAR_READ_BYTES];
} Source;

typedef struct Unpack {
        Source *source;          /* owned */
        struct archive *archive; /* owned */
        int root_fd;             /* borrowed */
        UnpackLimits limits;
        UnpackFigures done;
        /* The directory of the entry before: a tar lists a directory's files one after the other. */
        char *parent; /* owned; NULL when there is none */
        int parent_fd;
} Unpack;

static void unpack_clear(Unpack *u)
{
        if (u->archive)
                archive_read_free(u->archive);
        free(u->source);
        free(u->parent);
        closep(&u->parent_fd);
}

static ssize_t source_read(Source *s)
{
        ssize_t n;
        do
                n = read(s->fd, s->data, sizeof(s->data));
        while (n < 0 && errno == EINTR);
        if (n <= 0)
                return n;

        size_t zeros = 0;
        while (zeros < (size_t) n && s->data[(size_t) n - 1 - zeros] == 0)
                zeros++;
        s->zeros = zeros == (size_t) n ? s->zeros + zeros : zeros;
        return n;
}

static la_ssize_t on_read(struct archive *a, void *userdata, const void **ret)
{
        Source *s = userdata;
        *ret = s->data;
        ssize_t n = source_read(s);
        if (n < 0)
                archive_set_error(a, errno, "reading it: %s", strerror(errno));
        return n;
}

/* Behind the end of the tar stands padding; the writer must be able to write it. */
static int read_to_end(Source *s, Error *e)
{
        for (uint64_t total = 0; total < TAR_TAIL_MAX;) {
                ssize_t n = source_read(s);
                if (n < 0)
                        return -errno;
                if (n == 0)
                        break;
                total += (uint64_t) n;
        }
        if (s->zeros < TAR_END_BYTES)
                return error_set(e, -EBADMSG,
                                 "the tree's tar ends too early; whatever wrote it was interrupted");
        return 0;
}

static int tar_error(Unpack *u, Error *e)
{
        const char *why = archive_error_string(u->archive);
        int code = archive_errno(u->archive);
        if (code == ENOMEM)
                return -ENOMEM;
        return error_set(e, -EBADMSG, "the tree could not be read as a tar: %s", why ?: "unknown");
}

static int refuse(const char *path, const char *why, Error *e)
{
        _cleanup_free_ char *name = say_printable(path, 200);
        return error_set(e, -EPERM, "the tree has an entry '%s', which is refused: %s", name ?: "", why);
}

static int write_error(const char *path, int r, Error *e)
{
        _cleanup_free_ char *name = say_printable(path, 200);
        if (r == -EEXIST)
                return refuse(path, "it appears twice", e);
        return error_set(e, r, "writing '%s': %s", name ?: "", strerror(-r));
}

/* Opens the directory of `path`, or keeps the one that is open. */
static int enter_parent(Unpack *u, const char *path, const char **ret_name, Error *e)
{
        const char *slash = strrchr(path, '/');
        size_t n = slash ? (size_t) (slash - path) : 0;
        if (u->parent && strlen(u->parent) == n && strncmp(u->parent, path, n) == 0) {
                *ret_name = slash ? slash + 1 : path;
                return 0;
        }

        int fd;
        int r = unpack_path_parent(u->root_fd, path, &fd, ret_name, e);
        if (r < 0)
                return r;
        closep(&u->parent_fd);
        u->parent_fd = fd;
        free(u->parent);
        u->parent = strndup(path, n);
        return u->parent ? 0 : -ENOMEM;
}

static int check_bytes(const Unpack *u, uint64_t more, Error *e)
{
        if (more <= u->limits.max_bytes - u->done.bytes)
                return 0;
        return error_set(e, -EFBIG,
                         "the tree has more than %llu bytes, which is the limit ([build] max-source in "
                         "/etc/paas/paas.conf)",
                         (unsigned long long) u->limits.max_bytes);
}

static int write_block(int fd, const char *data, size_t length, int64_t offset)
{
        while (length > 0) {
                ssize_t n = pwrite(fd, data, length, offset);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return -errno;
                data += n;
                length -= (size_t) n;
                offset += n;
        }
        return 0;
}

/* The data of one file; a sparse one keeps its holes, which count as bytes all the same. */
static int write_data(Unpack *u, int fd, const char *path, uint64_t size, Error *e)
{
        for (;;) {
                const void *data;
                size_t length;
                int64_t offset;
                int r = archive_read_data_block(u->archive, &data, &length, &offset);
                if (r == ARCHIVE_EOF)
                        break;
                if (r < ARCHIVE_WARN)
                        return tar_error(u, e);
                if (offset < 0 || length > size || (uint64_t) offset > size - length)
                        return error_set(e, -EBADMSG, "the tar says more data than the size of '%s'", path);
                r = write_block(fd, data, length, offset);
                if (r < 0)
                        return write_error(path, r, e);
        }
        if (ftruncate(fd, (off_t) size) < 0)
                return write_error(path, -errno, e);
        return 0;
}

static int make_file(Unpack *u, const char *path, const char *name, struct archive_entry *entry, Error *e)
{
        int64_t size = archive_entry_size(entry);
        if (size < 0)
                return error_set(e, -EBADMSG, "the tar gives '%s' a negative size", path);
        int r = check_bytes(u, (uint64_t) size, e);
        if (r < 0)
                return r;
        u->done.bytes += (uint64_t) size;

        mode_t mode = archive_entry_perm(entry) & 0100 ? 0755 : 0644;
        _cleanup_close_ int fd =
                openat(u->parent_fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
        if (fd < 0)
                return write_error(path, -errno, e);
        r = write_data(u, fd, path, (uint64_t) size, e);
        if (r < 0)
                return r;

        /* The commit's time, so that the same tree gives the same files and Last-Modified tells the truth.
         */
        struct timespec times[2] = {
                {.tv_nsec = UTIME_OMIT},
                {.tv_sec = archive_entry_mtime(entry)},
        };
        if (archive_entry_mtime_is_set(entry))
                (void) futimens(fd, times);
        return 0;
}

static int make_directory(Unpack *u, const char *path, const char *name, Error *e)
{
        struct stat st;
        if (mkdirat(u->parent_fd, name, 0755) >= 0)
                return 0;
        int r = -errno;
        if (r == -EEXIST && fstatat(u->parent_fd, name, &st, AT_SYMLINK_NOFOLLOW) >= 0 &&
            S_ISDIR(st.st_mode))
                return 0;
        return write_error(path, r, e);
}

static int make_symlink(Unpack *u, const char *path, const char *name, const char *target, Error *e)
{
        if (!target || !*target || strlen(target) > UNPACK_PATH_MAX)
                return refuse(path, "its link text is empty or too long", e);
        return symlinkat(target, u->parent_fd, name) < 0 ? write_error(path, -errno, e) : 0;
}

static int make_hardlink(Unpack *u, const char *path, const char *name, const char *target, Error *e)
{
        _cleanup_free_ char *clean = NULL;
        int r = unpack_path_clean(target, &clean, e);
        if (r < 0)
                return r;
        if (!*clean)
                return refuse(path, "it is a hard link to the tree itself", e);

        _cleanup_close_ int fd = -1;
        const char *source;
        struct stat st;
        r = unpack_path_parent(u->root_fd, clean, &fd, &source, e);
        if (r < 0)
                return r;
        if (fstatat(fd, source, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(st.st_mode))
                return refuse(path, "it is a hard link to something that is no file of the tree", e);
        return linkat(fd, source, u->parent_fd, name, 0) < 0 ? write_error(path, -errno, e) : 0;
}

static int make_entry(Unpack *u, const char *path, struct archive_entry *entry, Error *e)
{
        const char *name, *target = archive_entry_hardlink(entry);
        int r = enter_parent(u, path, &name, e);
        if (r < 0)
                return r;
        if (target)
                return make_hardlink(u, path, name, target, e);
        switch (archive_entry_filetype(entry)) {
        case AE_IFREG:
                return make_file(u, path, name, entry, e);
        case AE_IFDIR:
                return make_directory(u, path, name, e);
        case AE_IFLNK:
                return make_symlink(u, path, name, archive_entry_symlink(entry), e);
        default:
                return refuse(path, "only files, directories and links are unpacked", e);
        }
}

static int unpack_entry(Unpack *u, struct archive_entry *entry, Error *e)
{
        if (u->done.files >= u->limits.max_files)
                return error_set(
                        e, -EFBIG,
                        "the tree has more than %llu files, which is the limit ([build] max-files in "
                        "/etc/paas/paas.conf)",
                        (unsigned long long) u->limits.max_files);
        u->done.files++;

        const char *name = archive_entry_pathname(entry);
        if (!name || !*name)
                return error_set(e, -EBADMSG, "the tar has an entry without a name");
        _cleanup_free_ char *path = NULL;
        int r = unpack_path_clean(name, &path, e);
        if (r < 0)
                return r;
        if (*path)
                return make_entry(u, path, entry, e);
        if (archive_entry_filetype(entry) != AE_IFDIR)
                return refuse(name, "the tree itself must be a directory", e);
        return 0;
}

int unpack(int fd, int dir_fd, UnpackLimits limits, UnpackFigures *ret, Error *e)
{
        _cleanup_(unpack_clear) Unpack u = {
                .archive = archive_read_new(),
                .source = calloc(1, sizeof(Source)),
                .root_fd = dir_fd,
                .limits = limits,
                .parent_fd = -1,
        };
        if (!u.archive || !u.source)
                return -ENOMEM;
        u.source->fd = fd;
        if (archive_read_support_format_tar(u.archive) != ARCHIVE_OK ||
            archive_read_support_filter_none(u.archive) != ARCHIVE_OK ||
            archive_read_open(u.archive, u.source, NULL, on_read, NULL) != ARCHIVE_OK)
                return tar_error(&u, e);

        int r;
        for (;;) {
                struct archive_entry *entry;
                r = archive_read_next_header(u.archive, &entry);
                if (r == ARCHIVE_EOF)
                        break;
                if (r < ARCHIVE_WARN)
                        return tar_error(&u, e);
                r = unpack_entry(&u, entry, e);
                if (r < 0)
                        return r;
        }
        r = read_to_end(u.source, e);
        if (r >= 0)
                *ret = u.done;
        return r;
}
