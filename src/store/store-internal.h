/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What the files of the store share. A call of libgit2 that failed goes through store_failed(), which turns
 * it into a negative errno at once, while libgit2 still knows the reason. -EAGAIN among them means that
 * somebody else (`git gc`) was in the way: each public function repeats its work while store_again() says
 * so.
 */

#include <git2.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <time.h>

#include "basic/cleanup.h"
#include "basic/error.h"
#include "store/store.h"

DEFINE_CLEANUP(git_blob *, git_blob_free)
DEFINE_CLEANUP(git_commit *, git_commit_free)
DEFINE_CLEANUP(git_config *, git_config_free)
DEFINE_CLEANUP(git_odb *, git_odb_free)
DEFINE_CLEANUP(git_reference *, git_reference_free)
DEFINE_CLEANUP(git_reference_iterator *, git_reference_iterator_free)
DEFINE_CLEANUP(git_repository *, git_repository_free)
DEFINE_CLEANUP(git_tree *, git_tree_free)
DEFINE_CLEANUP(git_tree_entry *, git_tree_entry_free)
DEFINE_CLEANUP(git_treebuilder *, git_treebuilder_free)

struct Store {
        char *path;               /* owned */
        char *packs;              /* owned: the directory that `git gc` changes */
        git_repository *repo;     /* owned; NULL until needed */
        ino_t packs_inode;        /* of `packs` when `repo` was opened */
        struct timespec packs_at; /* its mtime then */
        size_t used;              /* bytes read through `repo`, some of which it keeps */
        int obstacle;             /* why the last store_failed() said -EAGAIN: -ENOENT, -EBUSY, -EIO */
        unsigned tries;           /* how often that is worth another try */
        char reason[256];         /* libgit2's words for the last failure */
};

/* store.c */

/* The open repository; opened anew after `git gc`, and when it has piled up memory. Valid until the next
 * call of this or of store_release(). */
int store_repository(Store *s, git_repository **ret);

/* Closes the repository, which gives its memory back. Objects that are still held stay readable. */
void store_release(Store *s);

/* Counts what was read. */
void store_used(Store *s, size_t bytes);

/* The errno for a failed call. `missing` is what "not found" means there; -EAGAIN: worth another try. */
int store_failed(Store *s, int code, int missing);

/* Whether to try again. *attempt starts at 0. Sets *r to the final code when it is -EAGAIN for good. */
bool store_again(Store *s, int *r, unsigned *attempt);

/* error_set() with libgit2's words behind the text. Returns `r`. */
int store_explain(const Store *s, Error *e, int r, const char *format, ...) _printf_(4, 5);

/* store-make.c */
int store_make(const char *path, Error *e);

/* store-lock.c */

/* Removes lock files on refs that a killed paasd left behind: those which stay for a second. */
int store_clear_locks(const char *path);

/* The same for packed-refs, which `git gc` locks too: removed after a minute only. */
void store_clear_packed_lock(const char *path);

/* store-tree.c */

/* Writes the tree that the change asks for; only what is new in it is written. */
int store_write_tree(Store *s, git_repository *repo, const StoreChange *change, git_oid *ret);

/* "app", "config/A": at most one slash, no component that git or a shell would misread. */
bool store_path_is_valid(const char *path);

/* Full, lower-case hex. -EINVAL. */
int store_parse_id(const char *id, git_oid *ret);

/* store-message.c */

/* Checks who, subject and trailers and renders the commit's message. -EINVAL. */
int store_message(const StoreChange *change, char **ret, Error *e);

/* store-ref.c */

/* Puts the directories above a ref on disk: libgit2 does so for the file's own directory at most. */
int store_sync_ref(const Store *s, const char *ref);

/* The same for the directory of objects, in which a first object makes a new one. */
int store_sync_objects(const Store *s);

/* A ref's commit in binary, within a repeated operation. -ENOENT, -EAGAIN. */
int store_ref_id(Store *s, git_repository *repo, const char *ref, git_oid *ret);
