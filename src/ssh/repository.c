/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ssh/repository.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>

#include "basic/file.h"
#include "basic/text.h"
#include "ssh/git.h"

void repository_clear(Repository *r)
{
        free(r->path);
        free(r->branch);
        free(r->commit);
        *r = REPOSITORY_NULL;
}

int repository_ask(Client *c, const char *app, bool push, Repository *ret, Error *e)
{
        _cleanup_message_ sd_bus_message *reply = NULL;
        _cleanup_repository_ Repository repository = REPOSITORY_NULL;
        const char *path, *branch, *commit;

        int r = client_call(c, push ? "PreparePush" : "GetRepository", &reply, e, "s", app);
        if (r < 0)
                return r;
        r = sd_bus_message_read(reply, "sss", &path, &branch, &commit);
        if (r < 0)
                return error_set(e, r, "paasd's answer about the repository of %s cannot be read", app);
        repository.path = strdup(path);
        repository.branch = strdup(branch);
        repository.commit = strdup(commit);
        if (!repository.path || !repository.branch || !repository.commit)
                return -ENOMEM;
        *ret = repository;
        repository = REPOSITORY_NULL;
        return 0;
}

/* The contents of a small file of the repository, without the final newline; NULL when it is not there. */
static char *read_line(const char *path, const char *name)
{
        _cleanup_free_ char *file = NULL, *text = NULL;
        if (asprintf(&file, "%s/%s", path, name) < 0 || file_read(file, 4096, &text, NULL) < 0)
                return NULL;
        text[strcspn(text, "\n")] = '\0';
        return TAKE_PTR(text);
}

bool repository_is_current(const Repository *r)
{
        if (!*r->branch || !*r->commit)
                return true;
        _cleanup_free_ char *name = NULL;
        if (asprintf(&name, "refs/heads/%s", r->branch) < 0)
                return false;
        _cleanup_free_ char *oid = read_line(r->path, name);
        return oid && streq(oid, r->commit);
}

int repository_lock(const char *path, int *ret_fd, Error *e)
{
        _cleanup_free_ char *file = NULL;
        if (asprintf(&file, "%s/paas.lock", path) < 0)
                return -ENOMEM;
        _cleanup_close_ int fd = open(file, O_RDONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
        if (fd < 0)
                return error_set(e, -errno, "The repository's lock %s cannot be opened: %s", file,
                                 strerror(errno));
        while (flock(fd, LOCK_EX) < 0)
                if (errno != EINTR)
                        return error_set(e, -errno, "The repository's lock %s cannot be taken: %s", file,
                                         strerror(errno));
        *ret_fd = TAKE_FD(fd);
        return 0;
}

/* A clone checks out what HEAD names. */
static int point_head(const Repository *repository, Error *e)
{
        _cleanup_free_ char *head = read_line(repository->path, "HEAD"), *target = NULL;
        _cleanup_strv_ char **argv = NULL;

        if (asprintf(&target, "refs/heads/%s", repository->branch) < 0)
                return -ENOMEM;
        const char *now = head ? text_after(head, "ref: ") : NULL;
        if (now && streq(now, target))
                return 0;
        int r = git_command(&argv, repository->path, "symbolic-ref", "HEAD", target, NULL);
        return r < 0 ? r : git_run(argv, NULL, e);
}

static int set_branch(const Repository *repository, Error *e)
{
        _cleanup_free_ char *input = NULL;
        _cleanup_strv_ char **argv = NULL;

        /* The second ref keeps the commit for its releases when a later push does not descend from it. */
        if (asprintf(&input, "update refs/heads/%s %s\nupdate refs/paas/released/%s %s\n",
                     repository->branch, repository->commit, repository->commit, repository->commit) < 0)
                return -ENOMEM;
        int r = git_command(&argv, repository->path, "update-ref", "--stdin", NULL);
        if (r >= 0)
                r = git_run(argv, input, e);
        if (r > 0)
                return error_set(e, -EIO, "git cannot set %s to %s in %s", repository->branch,
                                 repository->commit, repository->path);
        if (r >= 0)
                r = point_head(repository, e);
        return r < 0 ? r : 0;
}

int repository_heal(Client *c, const char *app, const char *path, Repository *ret, Error *e)
{
        _cleanup_repository_ Repository repository = REPOSITORY_NULL;
        _cleanup_close_ int lock = -1;

        int r = repository_lock(path, &lock, e);
        if (r >= 0)
                r = repository_ask(c, app, false, &repository, e);
        if (r >= 0 && *repository.branch && *repository.commit)
                r = set_branch(&repository, e);
        if (r < 0)
                return r;
        *ret = repository;
        repository = REPOSITORY_NULL;
        return 0;
}
