/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * One entry of the listing is "<mode> <type> <object> <size>\t<path>\0", with the size padded by blanks and
 * "-" for a submodule. Entries are judged as they come and none is kept but what a message needs, so a
 * listing of any length costs the same memory.
 */

#include "model/sourcetree.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "basic/buffer.h"
#include "basic/text.h"
#include "model/excerpt.h"

#define LARGEST 5
#define ENTRY_MAX (PATH_MAX + 256)

typedef struct Large {
        char path[EXCERPT_SIZE]; /* as it is shown; "" for an unused place */
        uint64_t figure;         /* bytes, or files */
} Large;

struct SourceTree {
        SourceLimits limits;
        char entry[ENTRY_MAX]; /* what came of the entry that is not complete */
        size_t n_entry;
        int failed; /* 0, or -EINVAL: what was fed is not a listing */

        uint64_t bytes, files; /* bytes stop at UINT64_MAX */
        Large files_by_size[LARGEST], directories_by_count[LARGEST];
        Large directory; /* top-level directory of the last entry, and its files; they come together */

        char submodule[EXCERPT_SIZE]; /* the first, as it is shown */
        uint64_t submodules;
        char bad_path[EXCERPT_SIZE]; /* the first path that cannot be unpacked, as it is shown */
        const char *bad_reason;      /* NULL: there is none */
};

int source_tree_new(SourceLimits limits, SourceTree **ret)
{
        SourceTree *t = calloc(1, sizeof(SourceTree));
        if (!t)
                return -ENOMEM;
        t->limits = limits;
        *ret = t;
        return 0;
}

SourceTree *source_tree_free(SourceTree *t)
{
        free(t);
        return NULL;
}

static void keep_largest(Large list[LARGEST], const Large *item)
{
        size_t i = 0;
        while (i < LARGEST && list[i].path[0] && list[i].figure >= item->figure)
                i++;
        if (i == LARGEST)
                return;
        memmove(list + i + 1, list + i, (LARGEST - i - 1) * sizeof(Large));
        list[i] = *item;
}

static void count_directory(SourceTree *t, const char *path)
{
        Large d = {.figure = 1};
        const char *slash = strchr(path, '/');
        if (!slash)
                return;
        excerpt(path, (size_t) (slash + 1 - path), d.path);
        if (streq(d.path, t->directory.path)) {
                t->directory.figure++;
                return;
        }
        if (t->directory.path[0])
                keep_largest(t->directories_by_count, &t->directory);
        t->directory = d;
}

static const char *component_fault(const char *s, size_t length)
{
        if (length == 0)
                return "it has an empty part";
        if (length > NAME_MAX)
                return "a name has 255 bytes at most";
        if (length <= 2 && memcmp(s, "..", length) == 0)
                return "\".\" and \"..\" are no names of files";
        if (length == 4 && strncasecmp(s, ".git", 4) == 0)
                return "\".git\" is git's own: remove it from the commit";
        return NULL;
}

static const char *path_fault(const char *path)
{
        if (strlen(path) >= PATH_MAX)
                return "a path has 4095 bytes at most";
        for (const char *p = path;; p++) {
                size_t n = strcspn(p, "/");
                const char *fault = component_fault(p, n);
                if (fault)
                        return fault;
                p += n;
                if (!*p)
                        return NULL;
        }
}

/* The four fields in front of the TAB: mode, type, object, size. */
static int parse_fields(char *fields, char *ret[4])
{
        size_t n = 0;
        char *state = NULL;
        for (char *f = strtok_r(fields, " ", &state); f; f = strtok_r(NULL, " ", &state)) {
                if (n == 4)
                        return -EINVAL;
                ret[n++] = f;
        }
        return n == 4 ? 0 : -EINVAL;
}

static void judge(SourceTree *t, const char *path, bool submodule, uint64_t size)
{
        const char *fault = path_fault(path);
        if (fault && !t->bad_reason) {
                t->bad_reason = fault;
                excerpt(path, strlen(path), t->bad_path);
        }
        if (submodule) {
                if (t->submodules++ == 0)
                        excerpt(path, strlen(path), t->submodule);
                return;
        }

        Large file = {.figure = size};
        excerpt(path, strlen(path), file.path);
        keep_largest(t->files_by_size, &file);
        count_directory(t, path);
        t->files++;
        t->bytes = size > UINT64_MAX - t->bytes ? UINT64_MAX : t->bytes + size;
}

/* `t->entry` is complete and NUL-terminated. */
static int read_entry(SourceTree *t)
{
        char *tab = strchr(t->entry, '\t');
        if (!tab || !tab[1])
                return -EINVAL;
        *tab = '\0';

        char *field[4];
        if (parse_fields(t->entry, field) < 0 || strlen(field[0]) != 6 ||
            strspn(field[0], "01234567") != 6 || strspn(field[2], "0123456789abcdef") != strlen(field[2]))
                return -EINVAL;
        bool submodule = streq(field[1], "commit");
        if (!submodule && !streq(field[1], "blob"))
                return -EINVAL;
        uint64_t size = 0;
        if (submodule ? !streq(field[3], "-") : text_parse_uint(field[3], UINT64_MAX, &size) < 0)
                return -EINVAL;
        judge(t, tab + 1, submodule, size);
        return 0;
}

static int not_a_listing(SourceTree *t, Error *e)
{
        t->failed = -EINVAL;
        return error_set(e, -EINVAL, "git's listing of the tree cannot be read, behind %" PRIu64 " files",
                         t->files);
}

int source_tree_feed(SourceTree *t, const void *data, size_t length, Error *e)
{
        const char *p = data;

        if (t->failed < 0)
                return not_a_listing(t, e);
        while (length > 0) {
                const char *end = memchr(p, '\0', length);
                size_t n = end ? (size_t) (end - p) : length;

                /* A longer path is of no use either: what fits is enough for the message. */
                size_t room = sizeof(t->entry) - 1 - t->n_entry;
                size_t taken = n < room ? n : room;
                memcpy(t->entry + t->n_entry, p, taken);
                t->n_entry += taken;
                if (!end)
                        return 0;

                t->entry[t->n_entry] = '\0';
                t->n_entry = 0;
                if (read_entry(t) < 0)
                        return not_a_listing(t, e);
                p += n + 1;
                length -= n + 1;
        }
        return 0;
}

static void put_bytes(Buffer *b, uint64_t bytes)
{
        static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
        size_t i = 0;
        double value = (double) bytes;
        for (; value >= 1024 && i + 1 < ELEMENTSOF(units); i++)
                value /= 1024;
        buffer_printf(b, i == 0 ? "%.0f %s" : "%.1f %s", value, units[i]);
}

static int too_many_bytes(const SourceTree *t, Error *e)
{
        _cleanup_buffer_ Buffer b = BUFFER_NULL;
        _cleanup_free_ char *text = NULL;

        buffer_puts(&b, "the tree has ");
        put_bytes(&b, t->bytes);
        buffer_printf(&b, " in %" PRIu64 " files, ", t->files);
        put_bytes(&b, t->limits.max_bytes);
        buffer_puts(&b, " are possible at most (max-source in /etc/paas/paas.conf). The largest are:");
        for (size_t i = 0; i < LARGEST && t->files_by_size[i].path[0]; i++) {
                buffer_puts(&b, "\n  ");
                put_bytes(&b, t->files_by_size[i].figure);
                buffer_printf(&b, "  %s", t->files_by_size[i].path);
        }
        if (buffer_finish(&b, &text, NULL) < 0)
                return -ENOMEM;
        return error_set(e, -EFBIG, "%s", text);
}

static int too_many_files(SourceTree *t, Error *e)
{
        _cleanup_buffer_ Buffer b = BUFFER_NULL;
        _cleanup_free_ char *text = NULL;

        if (t->directory.path[0])
                keep_largest(t->directories_by_count, &t->directory);
        t->directory = (Large){0};

        buffer_printf(&b,
                      "the tree has %" PRIu64 " files, %" PRIu64 " are possible at most (max-files in "
                      "/etc/paas/paas.conf).",
                      t->files, t->limits.max_files);
        if (t->directories_by_count[0].path[0])
                buffer_puts(&b, " Most are in:");
        for (size_t i = 0; i < LARGEST && t->directories_by_count[i].path[0]; i++)
                buffer_printf(&b, "\n  %" PRIu64 " files  %s", t->directories_by_count[i].figure,
                              t->directories_by_count[i].path);
        if (buffer_finish(&b, &text, NULL) < 0)
                return -ENOMEM;
        return error_set(e, -EFBIG, "%s", text);
}

int source_tree_finish(SourceTree *t, Error *e)
{
        if (t->failed < 0 || t->n_entry > 0)
                return not_a_listing(t, e);
        if (t->bad_reason)
                return error_set(e, -EINVAL, "\"%s\" in the tree cannot be built: %s", t->bad_path,
                                 t->bad_reason);
        if (t->submodules > 1)
                return error_set(e, -EINVAL,
                                 "\"%s\" and %" PRIu64 " more are submodules, which are not fetched: vendor "
                                 "them into the tree",
                                 t->submodule, t->submodules - 1);
        if (t->submodules > 0)
                return error_set(e, -EINVAL,
                                 "\"%s\" is a submodule, which is not fetched: vendor it into the tree",
                                 t->submodule);
        if (t->bytes > t->limits.max_bytes)
                return too_many_bytes(t, e);
        if (t->files > t->limits.max_files)
                return too_many_files(t, e);
        return 0;
}
