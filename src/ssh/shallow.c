/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ssh/shallow.h"

#include <errno.h>
#include <stdbool.h>

#include "basic/buffer.h"
#include "basic/file.h"
#include "basic/text.h"
#include "ssh/git.h"
#include "ssh/gitobjects.h"
#include "ssh/pushhead.h"
#include "ssh/repository.h"

#define FILE_MAX (2 * PUSH_HEAD_SHALLOW_MAX)

static int read_shallow(const char *path, char **ret, Error *e)
{
        int r = file_read(path, FILE_MAX, ret, NULL);
        if (r < 0 && r != -ENOENT)
                return error_set(e, r, "%s cannot be read: %s", path, strerror(-r));
        return r;
}

static int write_shallow(const char *path, const Buffer *text, Error *e)
{
        int r = text->failed ? -ENOMEM
                             : file_write(path, text->data ? text->data : "", text->length, 0640,
                                          FILE_OWNER_SELF, FILE_SYNC);
        return r < 0 ? error_set(e, r, "%s cannot be written: %s", path, strerror(-r)) : 0;
}

/* Whether `text` (NULL: "") has this line. */
static bool has_line(const char *text, const char *line, size_t length)
{
        for (const char *p = text; p && *p;) {
                size_t n = strcspn(p, "\n");
                if (n == length && memcmp(p, line, n) == 0)
                        return true;
                p += n + (p[n] == '\n');
        }
        return false;
}

int shallow_note(const char *repository, const char *commits, Error *e)
{
        _cleanup_free_ char *path = NULL, *old = NULL;
        _cleanup_buffer_ Buffer text = BUFFER_NULL;
        _cleanup_close_ int lock = -1;

        if (asprintf(&path, "%s/shallow", repository) < 0)
                return -ENOMEM;
        int r = repository_lock(repository, &lock, e);
        if (r >= 0)
                r = read_shallow(path, &old, e);
        if (r < 0 && r != -ENOENT)
                return r;
        if (old)
                buffer_puts(&text, old);
        bool more = false;
        for (const char *p = commits; *p;) {
                size_t n = strcspn(p, "\n");
                if (!has_line(old, p, n)) {
                        buffer_append(&text, p, n);
                        buffer_puts(&text, "\n");
                        more = true;
                }
                p += n + (p[n] == '\n');
        }
        return more ? write_shallow(path, &text, e) : 0;
}

/* Whether a commit's history would be whole without its line. The parents stand in a commit's header, in
 * "parent <oid>" lines. 1: a parent is missing. 0: all are here, or the commit itself is not. */
static int is_needed(Objects *objects, const char *oid)
{
        _cleanup_free_ char *commit = NULL;
        int r = objects_read(objects, oid, &commit);
        if (r < 0 || !commit)
                return r;

        for (const char *p = commit; *p && *p != '\n';) {
                size_t n = strcspn(p, "\n");
                const char *parent = text_after(p, "parent ");
                if (parent) {
                        _cleanup_free_ char *name = strndup(parent, (size_t) (p + n - parent)),
                                            *object = NULL;
                        if (!name)
                                return -ENOMEM;
                        r = objects_read(objects, name, &object);
                        if (r < 0)
                                return r;
                        if (!object)
                                return 1;
                }
                p += n + (p[n] == '\n');
        }
        return 0;
}

/* The lines that are needed; `*ret_dropped` when others were not. */
static int sift(const char *repository, const char *old, Buffer *ret, bool *ret_dropped)
{
        _cleanup_objects_ Objects objects = OBJECTS_NULL;
        _cleanup_strv_ char **lines = NULL;

        int r = strv_split(old, "\n", &lines);
        if (r >= 0)
                r = objects_open(&objects, repository);
        STRV_FOREACH(line, lines) {
                if (r >= 0)
                        r = is_needed(&objects, *line);
                if (r < 0)
                        return r;
                if (r > 0)
                        buffer_printf(ret, "%s\n", *line);
                else
                        *ret_dropped = true;
        }
        return r;
}

/* Whether the history of all refs can be walked with this as the file. */
static int is_whole(const char *repository, const char *shallow, Error *e)
{
        _cleanup_strv_ char **argv = NULL;
        int r = git_command(&argv, repository, "--shallow-file", shallow, "rev-list", "--quiet", "--all",
                            NULL);
        if (r >= 0)
                r = git_run_quietly(argv, e);
        return r < 0 ? r : r == 0;
}

int shallow_tidy(const char *repository, Error *e)
{
        _cleanup_free_ char *path = NULL, *try = NULL, *old = NULL;
        _cleanup_buffer_ Buffer text = BUFFER_NULL;
        _cleanup_close_ int lock = -1;
        bool dropped = false;

        if (asprintf(&path, "%s/shallow", repository) < 0 ||
            asprintf(&try, "%s/shallow.try", repository) < 0)
                return -ENOMEM;
        if (access(path, F_OK) < 0)
                return 0;
        int r = repository_lock(repository, &lock, e);
        if (r >= 0)
                r = read_shallow(path, &old, e);
        if (r >= 0)
                r = sift(repository, old, &text, &dropped);
        if (r < 0 || !dropped)
                return r < 0 && r != -ENOENT ? r : 0;

        /* A parent that is here may itself lack its own: then the line stays. */
        r = write_shallow(try, &text, e);
        if (r >= 0)
                r = is_whole(repository, try, e);
        unlink(try);
        return r > 0 ? write_shallow(path, &text, e) : r;
}
