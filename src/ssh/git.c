/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ssh/git.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdarg.h>
#include <sys/wait.h>

#include "basic/file.h"
#include "basic/text.h"
#include "model/paths.h"

#define OUTPUT_MAX (16 * 1024 * 1024)

extern char **environ;

int git_arguments(char ***ret)
{
        static const char *const options[] = {
                "core.hooksPath=" PAAS_LIB "/hooks",
                /* The repository belongs to root, who lets paas write objects and refs in it. */
                "safe.directory=*",
                /* Pushed objects are on disk before the release that is made of them. */
                "core.fsync=objects,derived-metadata,reference",
                "core.fsyncMethod=batch",
                /* refs/paas/ keeps what was released from being tidied away; nobody needs to see it. */
                "transfer.hideRefs=refs/paas",
        };
        _cleanup_strv_ char **argv = NULL;

        int r = strv_append(&argv, "git");
        for (size_t i = 0; r >= 0 && i < ELEMENTSOF(options); i++) {
                r = strv_append(&argv, "-c");
                if (r >= 0)
                        r = strv_append(&argv, options[i]);
        }
        if (r < 0)
                return r;
        *ret = TAKE_PTR(argv);
        return 0;
}

int git_command(char ***ret, const char *repository, ...)
{
        _cleanup_strv_ char **argv = NULL;
        int r = git_arguments(&argv);
        if (r >= 0)
                r = strv_appendf(&argv, "--git-dir=%s", repository);

        va_list ap;
        va_start(ap, repository);
        for (const char *word; r >= 0 && (word = va_arg(ap, const char *));)
                r = strv_append(&argv, word);
        va_end(ap);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(argv);
        return 0;
}

/* A pipe that holds `input` already, closed at its other end. */
static int make_input(const char *input, int *ret)
{
        int ends[2];
        if (!input) {
                *ret = open("/dev/null", O_RDONLY | O_CLOEXEC);
                return *ret < 0 ? -errno : 0;
        }
        if (pipe2(ends, O_CLOEXEC) < 0)
                return -errno;
        int r = fd_write_all(ends[1], input, strlen(input));
        close(ends[1]);
        if (r < 0) {
                close(ends[0]);
                return r;
        }
        *ret = ends[0];
        return 0;
}

static int spawn(char *const *argv, int input, int output, int error, pid_t *ret)
{
        posix_spawn_file_actions_t actions;
        int r = posix_spawn_file_actions_init(&actions);
        if (r != 0)
                return -r;
        r = posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
        if (r == 0)
                r = posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
        if (r == 0 && error >= 0)
                r = posix_spawn_file_actions_adddup2(&actions, error, STDERR_FILENO);
        if (r == 0)
                r = posix_spawnp(ret, argv[0], &actions, NULL, argv, environ);
        posix_spawn_file_actions_destroy(&actions);
        return -r;
}

static int wait_for(pid_t pid)
{
        int status;
        while (waitpid(pid, &status, 0) < 0)
                if (errno != EINTR)
                        return -errno;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -EPROTO;
}

static void chomp(char *s)
{
        size_t n = strlen(s);
        if (n > 0 && s[n - 1] == '\n')
                s[n - 1] = '\0';
}

static int open_null(int *ret, Error *e)
{
        *ret = open("/dev/null", O_RDWR | O_CLOEXEC);
        return *ret < 0 ? error_set(e, -errno, "/dev/null cannot be opened: %s", strerror(errno)) : 0;
}

static int cannot_start(Error *e, int r)
{
        return error_set(e, r, "git cannot be started: %s", strerror(-r));
}

int git_stream_open(char *const *argv, GitStream *ret)
{
        _cleanup_close_ int in = -1, out = -1, out_child = -1;
        int ends[2];
        pid_t pid;

        in = open("/dev/null", O_RDONLY | O_CLOEXEC);
        if (in < 0 || pipe2(ends, O_CLOEXEC) < 0)
                return -errno;
        out = ends[0];
        out_child = ends[1];
        int r = spawn(argv, in, out_child, -1, &pid);
        if (r < 0)
                return r;
        *ret = (GitStream){TAKE_FD(out), pid};
        return 0;
}

int git_stream_close(GitStream *s)
{
        close(TAKE_FD(s->fd));
        return wait_for(s->pid);
}

int git_read(char *const *argv, char **ret, Error *e)
{
        _cleanup_free_ char *output = NULL;
        GitStream stream;

        int r = git_stream_open(argv, &stream);
        if (r < 0)
                return cannot_start(e, r);
        r = fd_read_all(stream.fd, OUTPUT_MAX, &output, NULL);
        int status = git_stream_close(&stream);
        if (r < 0 || status < 0)
                return error_set(e, r < 0 ? r : status, "git failed: %s", strerror(r < 0 ? -r : -status));
        chomp(output);
        *ret = TAKE_PTR(output);
        return status;
}

static int run_silent(char *const *argv, int in, bool quiet, Error *e)
{
        _cleanup_close_ int null = -1;
        pid_t pid;

        int r = open_null(&null, e);
        if (r < 0)
                return r;
        r = spawn(argv, in, null, quiet ? null : -1, &pid);
        if (r < 0)
                return cannot_start(e, r);
        r = wait_for(pid);
        return r < 0 ? error_set(e, r, "git failed: %s", strerror(-r)) : r;
}

int git_run(char *const *argv, const char *input, Error *e)
{
        _cleanup_close_ int in = -1;
        int r = make_input(input, &in);
        if (r < 0)
                return error_set(e, r, "git cannot be given its input: %s", strerror(-r));
        return run_silent(argv, in, false, e);
}

int git_run_quietly(char *const *argv, Error *e)
{
        _cleanup_close_ int in = -1;
        int r = open_null(&in, e);
        return r < 0 ? r : run_silent(argv, in, true, e);
}

int git_is_ancestor(const char *repository, const char *old, const char *new, Error *e)
{
        _cleanup_strv_ char **argv = NULL;
        int r = git_command(&argv, repository, "merge-base", "--is-ancestor", old, new, NULL);
        if (r < 0)
                return r;
        r = git_run_quietly(argv, e);
        if (r < 0)
                return r;
        /* 128: the history of one of them is not here. */
        return r == 0;
}

void git_tidy(const char *repository)
{
        _cleanup_strv_ char **argv = NULL;
        if (git_command(&argv, repository, "gc", "--auto", "--quiet", NULL) < 0)
                return;
        pid_t pid = fork();
        if (pid != 0)
                return;

        int null = open("/dev/null", O_RDWR);
        for (int i = 0; i < 3; i++)
                dup2(null, i);
        close_range(3, ~0U, 0);
        setsid();
        execvp(argv[0], argv);
        _exit(127);
}
