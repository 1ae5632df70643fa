/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ssh/shallow.h"

#include <errno.h>
#include <fcntl.h>
#include <search.h>

#include "basic/buffer.h"
#include "basic/file.h"
#include "basic/text.h"
#include "ssh/git.h"
#include "ssh/gitobjects.h"
#include "ssh/repository.h"

#define SHALLOW_MAX (16 * 1024 * 1024)

typedef struct Commit {
        char *oid;
        char *text;
} Commit;

typedef struct Walk {
        Objects objects;
        void *here;      /* trees of tsearch(3) of owned object names: what was read, … */
        void *missing;   /* … and what is not there */
        Commit *waiting; /* whose parents are still to be looked at */
        size_t n_waiting;
        Buffer ends; /* the commits with missing parents, a line each */
        int n_ends;
} Walk;

static void walk_clear(Walk *w)
{
        objects_close(&w->objects);
        tdestroy(w->here, free);
        tdestroy(w->missing, free);
        for (size_t i = 0; i < w->n_waiting; i++) {
                free(w->waiting[i].oid);
                free(w->waiting[i].text);
        }
        free(w->waiting);
        buffer_clear(&w->ends);
}

static int compare(const void *a, const void *b)
{
        return strcmp(a, b);
}

static int remember(void **set, const char *oid)
{
        _cleanup_free_ char *copy = strdup(oid);
        if (!copy || !tsearch(copy, set, compare))
                return -ENOMEM;
        (void) TAKE_PTR(copy);
        return 0;
}

/* Reads a commit for the first time. 1: it is here and waits for a look, 0: it is missing. */
static int meet(Walk *w, const char *oid)
{
        _cleanup_free_ char *text = NULL, *copy = strdup(oid);
        if (!copy)
                return -ENOMEM;
        int r = objects_read(&w->objects, oid, &text);
        if (r < 0)
                return r;
        r = remember(text ? &w->here : &w->missing, oid);
        if (r < 0 || !text)
                return r;

        Commit *more = reallocarray(w->waiting, w->n_waiting + 1, sizeof(Commit));
        if (!more)
                return -ENOMEM;
        w->waiting = more;
        w->waiting[w->n_waiting++] = (Commit){TAKE_PTR(copy), TAKE_PTR(text)};
        return 1;
}

/* The parents stand in a commit's header: "parent <oid>" lines behind "tree <oid>". */
static int parents_of(const char *commit, char ***ret)
{
        _cleanup_strv_ char **parents = NULL;

        for (const char *p = commit; *p && *p != '\n';) {
                size_t n = strcspn(p, "\n");
                const char *parent = text_after(p, "parent ");
                if (parent) {
                        int r = strv_consume(&parents, strndup(parent, (size_t) (p + n - parent)));
                        if (r < 0)
                                return r;
                }
                p += n + (p[n] == '\n');
        }
        *ret = TAKE_PTR(parents);
        return 0;
}

/* Takes one commit off the list and looks for its parents. */
static int look(Walk *w)
{
        w->n_waiting--;
        _cleanup_free_ char *oid = w->waiting[w->n_waiting].oid, *text = w->waiting[w->n_waiting].text;
        _cleanup_strv_ char **parents = NULL;
        int incomplete = 0;

        int r = parents_of(text, &parents);
        STRV_FOREACH(parent, parents) {
                if (r < 0)
                        return r;
                if (tfind(*parent, &w->here, compare))
                        continue;
                r = tfind(*parent, &w->missing, compare) ? 0 : meet(w, *parent);
                incomplete += r == 0;
        }
        if (incomplete) {
                buffer_printf(&w->ends, "%s\n", oid);
                w->n_ends++;
        }
        return r;
}

/* Adds the lines to the file `shallow` as git does: by way of shallow.lock. */
static int write_ends(const char *repository, const char *lines, Error *e)
{
        _cleanup_free_ char *path = NULL, *lock_path = NULL, *old = NULL;
        if (asprintf(&path, "%s/shallow", repository) < 0 || asprintf(&lock_path, "%s.lock", path) < 0)
                return -ENOMEM;
        int r = file_read(path, SHALLOW_MAX, &old, NULL);
        if (r < 0 && r != -ENOENT)
                return error_set(e, r, "%s cannot be read: %s", path, strerror(-r));

        _cleanup_close_ int fd = open(lock_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
        if (fd < 0)
                return error_set(e, -errno, "%s cannot be written: %s", lock_path, strerror(errno));
        r = old ? fd_write_all(fd, old, strlen(old)) : 0;
        if (r >= 0)
                r = fd_write_all(fd, lines, strlen(lines));
        if (r >= 0 && (fsync(fd) < 0 || rename(lock_path, path) < 0))
                r = -errno;
        if (r < 0) {
                unlink(lock_path);
                return error_set(e, r, "%s cannot be written: %s", path, strerror(-r));
        }
        return 0;
}

/* Whether all of the history that is new is here. git says so on its own standard error if not. */
static int is_whole(const char *repository, const char *commit, Error *e)
{
        _cleanup_strv_ char **argv = NULL;
        int r = git_command(&argv, repository, "rev-list", "--quiet", commit, "--not", "--all", NULL);
        if (r >= 0)
                r = git_run_quietly(argv, e);
        return r < 0 ? r : r == 0;
}

int shallow_note(const char *repository, const char *commit, Error *e)
{
        _cleanup_(walk_clear) Walk w = {.objects = OBJECTS_NULL};
        _cleanup_close_ int lock = -1;

        int r = is_whole(repository, commit, e);
        if (r != 0)
                return r < 0 ? r : 0;
        r = repository_lock(repository, &lock, e);
        if (r < 0)
                return r;
        r = objects_open(&w.objects, repository);
        if (r >= 0)
                r = meet(&w, commit);
        while (r >= 0 && w.n_waiting > 0)
                r = look(&w);
        if (r < 0)
                return error_set(e, r, "The history of %s cannot be read: %s", commit, strerror(-r));
        if (w.n_ends > 0 && !w.ends.failed)
                r = write_ends(repository, w.ends.data, e);
        return r < 0 ? r : w.n_ends;
}
