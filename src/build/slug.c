/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "build/slug.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "basic/buffer.h"
#include "basic/cleanup.h"
#include "build/sha256.h"

typedef struct Entry {
        char *path; /* relative; owned */
        mode_t mode;
        uint64_t size;
        char hash[SHA256_HEX_SIZE]; /* of files */
        char *target;               /* of links; owned */
} Entry;

typedef struct Listing {
        Entry *entries;
        size_t n, allocated;
        uint64_t removed;
} Listing;

DEFINE_CLEANUP(FTS *, fts_close)

static void listing_clear(Listing *l)
{
        for (size_t i = 0; i < l->n; i++) {
                free(l->entries[i].path);
                free(l->entries[i].target);
        }
        free(l->entries);
}

static Entry *listing_add(Listing *l, const char *path, const struct stat *st, mode_t mode)
{
        if (l->n == l->allocated) {
                size_t allocated = l->allocated ? l->allocated * 2 : 256;
                Entry *entries = reallocarray(l->entries, allocated, sizeof(Entry));
                if (!entries)
                        return NULL;
                l->entries = entries;
                l->allocated = allocated;
        }
        char *copy = strdup(path);
        if (!copy)
                return NULL;
        l->entries[l->n] = (Entry){.path = copy, .mode = mode, .hash = "-"};
        if (!S_ISDIR(mode))
                l->entries[l->n].size = (uint64_t) st->st_size;
        return &l->entries[l->n++];
}

static int set_mode(const char *path, mode_t old, mode_t new)
{
        if ((old & 07777) == new)
                return 0;
        return chmod(path, new) < 0 ? -errno : 0;
}

static int list_link(Listing *l, const FTSENT *at, const char *path)
{
        char target[4096];
        ssize_t n = readlink(at->fts_accpath, target, sizeof(target) - 1);
        if (n < 0)
                return -errno;
        target[n] = '\0';
        Entry *entry = listing_add(l, path, at->fts_statp, S_IFLNK);
        if (!entry)
                return -ENOMEM;
        entry->target = strdup(target);
        return entry->target ? 0 : -ENOMEM;
}

static int list_entry(Listing *l, const FTSENT *at, const char *path)
{
        const struct stat *st = at->fts_statp;
        mode_t mode;
        int r;

        switch (at->fts_info) {
        case FTS_D: /* before it is read: one without r is made readable in time */
                mode = (st->st_mode & 0755) | 0700;
                r = set_mode(at->fts_accpath, st->st_mode, mode);
                if (r < 0 || at->fts_level == 0)
                        return r;
                return listing_add(l, path, st, S_IFDIR | mode) ? 0 : -ENOMEM;
        case FTS_F:
                mode = (st->st_mode & 0755) | 0400;
                r = set_mode(at->fts_accpath, st->st_mode, mode);
                if (r < 0)
                        return r;
                return listing_add(l, path, st, S_IFREG | mode) ? 0 : -ENOMEM;
        case FTS_SL:
        case FTS_SLNONE:
                return list_link(l, at, path);
        case FTS_DEFAULT:
                l->removed++;
                return unlink(at->fts_accpath) < 0 ? -errno : 0;
        case FTS_DNR:
        case FTS_ERR:
        case FTS_NS:
                return -at->fts_errno;
        default:
                return 0;
        }
}

static int compare(const void *a, const void *b)
{
        return strcmp(((const Entry *) a)->path, ((const Entry *) b)->path);
}

static int list_tree(const char *directory, Listing *l, Error *e)
{
        char *roots[] = {(char *) directory, NULL};
        _cleanup_(fts_closep) FTS *f = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, NULL);
        if (!f)
                return -errno;
        for (FTSENT *at; (at = fts_read(f));) {
                const char *path = at->fts_level > 0 ? at->fts_path + strlen(directory) + 1 : "";
                int r = list_entry(l, at, path);
                if (r < 0)
                        return error_set(e, r, "looking at '%s' of the built tree: %s", path, strerror(-r));
        }
        if (l->n > 0)
                qsort(l->entries, l->n, sizeof(Entry), compare);
        return 0;
}

static int hash_files(const char *directory, Listing *l, Error *e)
{
        _cleanup_(sha256_batch_clear) Sha256Batch batch = SHA256_BATCH_NULL;
        for (size_t i = 0; i < l->n; i++)
                if (S_ISREG(l->entries[i].mode))
                        sha256_batch_add(&batch, l->entries[i].path);
        int r = sha256_batch_run(&batch, directory, e);
        for (size_t i = 0; i < l->n && r >= 0; i++)
                if (S_ISREG(l->entries[i].mode))
                        r = sha256_batch_next(&batch, l->entries[i].path, l->entries[i].hash, e);
        return r;
}

static int format_manifest(const Listing *l, char **ret, size_t *ret_length)
{
        _cleanup_buffer_ Buffer b = BUFFER_NULL;
        for (size_t i = 0; i < l->n; i++) {
                const Entry *at = &l->entries[i];
                buffer_printf(&b, "%o %llu %s %s", at->mode, (unsigned long long) at->size, at->hash,
                              at->path);
                buffer_append(&b, "", 1);
                if (at->target)
                        buffer_append(&b, at->target, strlen(at->target) + 1);
        }
        return buffer_finish(&b, ret, ret_length);
}

int slug_seal(const char *directory, SlugFigures *ret, Error *e)
{
        _cleanup_(listing_clear) Listing l = {0};
        _cleanup_slug_figures_ SlugFigures figures = SLUG_FIGURES_NULL;
        _cleanup_free_ char *text = NULL;
        char hash[SHA256_HEX_SIZE];
        size_t length;

        int r = list_tree(directory, &l, e);
        if (r >= 0)
                r = hash_files(directory, &l, e);
        if (r >= 0)
                r = format_manifest(&l, &text, &length);
        if (r >= 0)
                r = sha256_text(text, length, hash, e);
        if (r < 0)
                return r;
        if (asprintf(&figures.manifest, "sha256:%s", hash) < 0)
                return -ENOMEM;

        figures.removed = l.removed;
        for (size_t i = 0; i < l.n; i++) {
                figures.bytes += l.entries[i].size;
                figures.files += !S_ISDIR(l.entries[i].mode);
        }
        *ret = figures;
        figures = SLUG_FIGURES_NULL;
        return 0;
}

void slug_figures_clear(SlugFigures *s)
{
        free(s->manifest);
        *s = SLUG_FIGURES_NULL;
}
