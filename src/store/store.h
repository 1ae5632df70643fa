/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The state repository: one ref an object, every change a commit, a compare-and-swap on the ref. Written by
 * paasd alone, fsynced. Commit ids are lower-case hex. Only changed blobs are written, starting from the
 * parent's tree. A write is tried again on ENOENT, which a running `git gc` beside it causes.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "basic/error.h"

#define STORE_ID_SIZE 41

typedef struct Store Store;

/* Opens, or makes (mode 0700) where there is none. */
int store_open(const char *path, Store **ret, Error *e);
Store *store_free(Store *s);
DEFINE_CLEANUP(Store *, store_free)

typedef struct StoreFile {
        const char *path; /* "app", "config/A": at most one '/' */
        const void *data; /* NULL: the file is removed */
        size_t length;
} StoreFile;

typedef struct StoreChange {
        const char *ref;      /* "refs/paas/app/blog" */
        const char *expected; /* the ref's present commit; NULL: there must be no such ref */
        const char *tree_of;  /* start from this commit's tree; NULL: from that of `expected` (or empty) */
        bool empty_tree;      /* start from nothing, whatever there was */
        const StoreFile *files;
        size_t n_files;
        const char *author, *email; /* the person responsible; email may be "" */
        uint64_t time;              /* realtime, usec, of which git keeps whole seconds; 0: now */
        const char *subject;        /* one line */
        char *const *trailers;      /* "Action: deploy", …; values must be one line */
} StoreChange;

/* -ESTALE: the ref moved meanwhile, nothing was written that counts. */
int store_commit(Store *s, const StoreChange *change, char ret_id[STORE_ID_SIZE], Error *e);

/* The commit of a ref. -ENOENT. */
int store_resolve(Store *s, const char *ref, char ret_id[STORE_ID_SIZE]);

/* One file of a commit's tree, NUL-terminated behind the length. -ENOENT, -EFBIG. */
int store_read(Store *s, const char *commit, const char *path, size_t max, char **ret, size_t *ret_length);

/* Names directly in a directory of a commit's tree ("" is the root), sorted; an absent directory is empty.
 */
int store_list(Store *s, const char *commit, const char *directory, char ***ret);

/* Full names of the refs below a prefix ("refs/paas/app/"), sorted. */
int store_list_refs(Store *s, const char *prefix, char ***ret);

/* Renames a ref, whose commit must be `expected`: "refs/paas/app/blog" to "refs/paas/gone/<uuid>". -EEXIST,
 * -ESTALE. The new name is there before the old one goes; after a crash between the two, the same call
 * finishes it (and is 0 when nothing is left to do). */
int store_rename_ref(Store *s, const char *from, const char *to, const char *expected, Error *e);

/* Removes a ref (a release that never was current may be the tip of a chain: it is not removed but stays).
 */
int store_remove_ref(Store *s, const char *ref, const char *expected, Error *e);

typedef struct StoreEntry {
        const char *id, *parent; /* parent "" for the first */
        const char *author, *email;
        uint64_t time; /* realtime, usec */
        const char *subject;
        const char *message; /* all of it; trailers by store_entry_trailer() */
} StoreEntry;

/* Value of a trailer of the last paragraph, freshly allocated; NULL when absent. */
char *store_entry_trailer(const StoreEntry *entry, const char *name);

/* From a commit back along the first parents, commits only (no trees are read). `each` returns 0 to go on,
 * > 0 to end, negative to fail with that. Entry valid during the call; `each` may use the store. */
typedef int (*StoreEach)(void *userdata, const StoreEntry *entry);
int store_log(Store *s, const char *from, StoreEach each, void *userdata);
