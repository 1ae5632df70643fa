/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ssh/transfer.h"

#include <errno.h>
#include <stdio.h>

#include "basic/strv.h"
#include "basic/text.h"
#include "ssh/git.h"
#include "ssh/repository.h"

/* For a transport inside of this host git tells its other half nothing of our options: it goes through a
 * shell. What is fetched is named by its id, since refs/paas is not shown. */
#define UPLOAD_PACK                                                                                         \
  "git -c 'safe.directory=*' -c uploadpack.allowAnySHA1InWant=true -c uploadpack.hideRefs=refs upload-pack"

int transfer_commit(const char *repository, const char *from, const char *commit, Error *e)
{
        _cleanup_strv_ char **argv = NULL;
        _cleanup_free_ char *refspec = NULL;
        _cleanup_close_ int lock = -1;

        if (asprintf(&refspec, "+%s:refs/paas/released/%s", commit, commit) < 0)
                return -ENOMEM;
        /* A history that ends early is noted in the file `shallow`, which the hook writes as well. */
        int r = repository_lock(repository, &lock, e);
        if (r >= 0)
                r = git_command(&argv, repository, "fetch", "--quiet", "--no-tags", "--no-write-fetch-head",
                                "--no-auto-gc", "--update-shallow", "--upload-pack", UPLOAD_PACK, from,
                                refspec, NULL);
        if (r >= 0)
                r = git_run(argv, NULL, e);
        if (r > 0)
                return error_set(e, -EIO, "git cannot fetch %.8s from %s", commit, from);
        return r;
}

int transfer_compare(const char *repository, const char *other, const char *commit, const char *tip,
                     Error *e)
{
        _cleanup_strv_ char **argv = NULL;
        _cleanup_free_ char *objects = NULL, *range = NULL, *output = NULL;

        if (asprintf(&objects, "%s/objects", other) < 0 ||
            asprintf(&range, "%s%s%s", commit, tip ? "..." : "", tip ? tip : "") < 0)
                return -ENOMEM;
        /* Both histories can then be walked, wherever the commits are. */
        if (setenv("GIT_ALTERNATE_OBJECT_DIRECTORIES", objects, 1) < 0)
                return -errno;
        int r = git_command(&argv, repository, "-c", "log.showSignature=false", "log", "--no-color",
                            "--no-decorate", "--encoding=UTF-8", "--left-right",
                            tip ? "--format=%m%H%x09%s" : "--format=<%H%x09%s", NULL);
        if (r >= 0)
                r = strv_appendf(&argv, "--max-count=%d", TRANSFER_COMMITS_MAX);
        if (r >= 0)
                r = strv_append(&argv, range);
        if (r >= 0)
                r = git_read(argv, &output, e);
        if (r > 0)
                return error_set(e, -EIO, "git cannot compare %.8s with %.8s", commit,
                                 tip ? tip : "nothing");
        if (r < 0)
                return r;
        printf("%s%send\n", output, *output ? "\n" : "");
        return fflush(stdout) == 0 ? 0 : -EIO;
}
