/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ssh/receivepack.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/pidfd.h>
#include <sys/wait.h>

#include "basic/file.h"
#include "ssh/pushdeploy.h"
#include "ssh/pushhead.h"
#include "ssh/shallow.h"

#define CHUNK 65536

typedef struct Pump {
        const char *repository;
        int to_git;  /* owned; -1: git has its end */
        int git_end; /* owned; a pidfd, readable when git has ended */
        pid_t pid;
        PushHead head;
} Pump;

static void pump_clear(Pump *p)
{
        closep(&p->to_git);
        closep(&p->git_end);
        push_head_clear(&p->head);
}

/* The pusher's connection is git's and the hook's, who watches it. */
static _Noreturn void become_git(char *const *argv, char *const *environment, int input)
{
        if (dup2(input, STDIN_FILENO) >= 0 && dup2(STDOUT_FILENO, PUSHER_FD) >= 0)
                execve(argv[0], argv, environment);
        fprintf(stderr, "paas: %s cannot be started: %s\n", argv[0], strerror(errno));
        _exit(127);
}

static int start(Pump *p, char *const *argv, char *const *environment)
{
        int ends[2];
        if (pipe2(ends, O_CLOEXEC) < 0)
                return -errno;
        p->pid = fork();
        if (p->pid == 0)
                become_git(argv, environment, ends[0]);
        close(ends[0]);
        p->to_git = ends[1];
        if (p->pid < 0)
                return -errno;
        p->git_end = pidfd_open(p->pid, 0);
        return p->git_end < 0 ? -errno : 0;
}

/* The head has ended: where the pusher's history ends must be known before git looks at it. */
static int end_head(Pump *p, Error *e)
{
        int r = 0;
        if (p->head.shallow.length > 0)
                r = shallow_note(p->repository, p->head.shallow.data, e);
        if (r >= 0)
                r = fd_write_all(p->to_git, p->head.pending.data, p->head.pending.length);
        buffer_clear(&p->head.pending);
        return r;
}

static int pass_on(Pump *p, const char *data, size_t length, Error *e)
{
        if (p->head.complete)
                return fd_write_all(p->to_git, data, length);

        int r = push_head_feed(&p->head, data, length, e);
        if (r >= 0 && p->head.forward.length > 0)
                r = fd_write_all(p->to_git, p->head.forward.data, p->head.forward.length);
        buffer_clear(&p->head.forward);
        if (r >= 0 && p->head.complete)
                r = end_head(p, e);
        return r;
}

/* Until git has ended. Returns 0; then it is to be waited for. */
static int pump(Pump *p, Error *e)
{
        char chunk[CHUNK];
        for (;;) {
                struct pollfd fds[] = {
                        {.fd = p->git_end, .events = POLLIN},
                        {.fd = p->to_git >= 0 ? STDIN_FILENO : -1, .events = POLLIN},
                };
                if (poll(fds, ELEMENTSOF(fds), -1) < 0 && errno != EINTR)
                        return -errno;
                if (fds[0].revents)
                        return 0;
                if (!fds[1].revents)
                        continue;
                ssize_t n = read(STDIN_FILENO, chunk, sizeof(chunk));
                if (n < 0 && errno == EINTR)
                        continue;
                int r = n > 0 ? pass_on(p, chunk, (size_t) n, e) : 0;
                if (r < 0 && r != -EPIPE)
                        return r;
                if (n <= 0 || r == -EPIPE)
                        close(TAKE_FD(p->to_git)); /* it has all, or wants no more */
        }
}

int receive_pack_run(char *const *argv, char *const *environment, const char *repository, Error *e)
{
        _cleanup_(pump_clear) Pump p = {.repository = repository, .to_git = -1, .git_end = -1};
        int status = 0;

        signal(SIGPIPE, SIG_IGN);
        int r = start(&p, argv, environment);
        close(STDOUT_FILENO);
        if (r >= 0)
                r = pump(&p, e);
        if (p.to_git >= 0)
                close(TAKE_FD(p.to_git));
        if (p.pid > 0)
                while (waitpid(p.pid, &status, 0) < 0 && errno == EINTR)
                        ;
        if (r < 0)
                return error_prefix(e, r, "The push cannot be passed on to git");
        return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
