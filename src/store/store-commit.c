/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One change: check, tree, commit, and last the compare-and-swap of the ref, each on disk before the next.
 */

#include <errno.h>
#include <git2/sys/commit.h>
#include <string.h>

#include "basic/clock.h"
#include "basic/text.h"
#include "store/store-internal.h"

/* About what libgit2 keeps of the objects of one commit. */
#define COMMIT_USES 4096

static int check(const StoreChange *change, Error *e)
{
        int valid = 0;
        if (git_reference_name_is_valid(&valid, change->ref) < 0 || !valid ||
            !text_after(change->ref, "refs/"))
                return error_set(e, -EINVAL, "\"%s\" is no name of a ref.", change->ref);

        for (size_t i = 0; i < change->n_files; i++)
                if (!store_path_is_valid(change->files[i].path))
                        return error_set(e, -EINVAL, "\"%s\" is no name of a file in the state.",
                                         change->files[i].path);
        /* A name cannot be a file and a directory. */
        for (size_t i = 0; i < change->n_files; i++) {
                if (strchr(change->files[i].path, '/') || !change->files[i].data)
                        continue;
                for (size_t k = 0; k < change->n_files; k++) {
                        const char *rest = text_after(change->files[k].path, change->files[i].path);
                        if (rest && *rest == '/')
                                return error_set(e, -EINVAL, "\"%s\" would be a file and a directory.",
                                                 change->files[i].path);
                }
        }
        return 0;
}

/* 0: the ref is what the caller saw. 1: it is `written` already, by a first try that looked like a failure
 * because `git gc` removed the directory under it. */
static int compare(Store *s, git_repository *repo, const StoreChange *change, const git_oid *expected,
                   const git_oid *written)
{
        git_oid present;
        int r = store_ref_id(s, repo, change->ref, &present);
        if (r == -ENOENT)
                return change->expected ? -ESTALE : 0;
        if (r < 0)
                return r;
        if (git_oid_equal(&present, written))
                return 1;
        return change->expected && git_oid_equal(&present, expected) ? 0 : -ESTALE;
}

static int write_commit(Store *s, git_repository *repo, const StoreChange *change, const char *message,
                        const git_oid *parent, git_oid *ret)
{
        git_oid tree;
        int r = store_write_tree(s, repo, change, &tree);
        if (r < 0)
                return r;

        uint64_t now = change->time ? change->time : clock_realtime();
        git_time when = {.time = (git_time_t) (now / USEC_PER_SEC), .offset = 0, .sign = '+'};
        git_signature author = {.name = (char *) change->author, /* not written to */
                                .email = (char *) (change->email ? change->email : ""),
                                .when = when};
        git_signature committer = {
                .name = (char *) "paas", .email = (char *) "paas@localhost", .when = when};
        const git_oid *parents[] = {parent};
        r = git_commit_create_from_ids(ret, repo, NULL, &author, &committer, NULL, message, &tree,
                                       change->expected ? 1 : 0, parents);
        return r < 0 ? store_failed(s, r, -EIO) : store_sync_objects(s);
}

/* `id` is zero at the first try, and then what that one wrote. */
static int commit_once(Store *s, const StoreChange *change, const char *message, git_oid *id)
{
        git_repository *repo;
        git_oid expected = {0};
        int r = store_repository(s, &repo);
        if (r >= 0 && change->expected)
                r = store_parse_id(change->expected, &expected);
        if (r < 0)
                return r;

        r = compare(s, repo, change, &expected, id);
        if (r < 0)
                return r;
        if (r == 0) {
                r = write_commit(s, repo, change, message, &expected, id);
                if (r < 0)
                        return r;
                _cleanup_(git_reference_freep) git_reference *ref = NULL;
                r = git_reference_create_matching(&ref, repo, change->ref, id, change->expected ? 1 : 0,
                                                  change->expected ? &expected : NULL, NULL);
                if (r == GIT_EEXISTS)
                        return -ESTALE;
                if (r < 0)
                        return store_failed(s, r, -EIO);
        }
        return change->expected ? 0 : store_sync_ref(s, change->ref);
}

int store_commit(Store *s, const StoreChange *change, char ret_id[STORE_ID_SIZE], Error *e)
{
        _cleanup_free_ char *message = NULL;
        int r = check(change, e);
        if (r >= 0)
                r = store_message(change, &message, e);
        if (r < 0)
                return r;

        /* The time is part of the commit's id: a second try must not make another commit. */
        StoreChange fixed = *change;
        if (fixed.time == 0)
                fixed.time = clock_realtime();

        git_oid id = {0};
        unsigned attempt = 0;
        s->reason[0] = '\0';
        do
                r = commit_once(s, &fixed, message, &id);
        while (store_again(s, &r, &attempt));

        if (r == -ESTALE)
                return error_set(e, r, "%s was changed by somebody else meanwhile; look again and repeat.",
                                 change->ref);
        if (r < 0)
                return store_explain(s, e, r, "Cannot record \"%s\" in %s of %s", change->subject,
                                     change->ref, s->path);
        store_used(s, COMMIT_USES);
        git_oid_tostr(ret_id, STORE_ID_SIZE, &id);
        return 0;
}
