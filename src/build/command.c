/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "build/command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "basic/file.h"

extern char **environ;

#define EXIT_EXEC 127
#define ORPHAN_ROUNDS 1000 /* a build that forks faster than it is killed meets its unit's end instead */

static int redirect(int fd, int to)
{
        return fd < 0 || dup2(fd, to) >= 0 ? 0 : -1;
}

/* In the child: never returns. */
static void run_child(const Command *c, int null_fd)
{
        int in = c->stdin_fd >= 0 ? c->stdin_fd : null_fd;
        if (redirect(in, STDIN_FILENO) < 0 || redirect(c->stdout_fd, STDOUT_FILENO) < 0 ||
            redirect(c->stderr_fd, STDERR_FILENO) < 0 || (c->directory && chdir(c->directory) < 0)) {
                fprintf(stderr, "paas-build: starting %s: %s\n", c->argv[0], strerror(errno));
                _exit(EXIT_EXEC);
        }
        signal(SIGPIPE, SIG_DFL);
        execvpe(c->argv[0], (char *const *) c->argv, c->environ ?: environ);
        fprintf(stderr, "paas-build: running %s: %s\n", c->argv[0], strerror(errno));
        _exit(EXIT_EXEC);
}

int command_run(const Command *c)
{
        _cleanup_close_ int null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
        if (null_fd < 0)
                return -errno;
        fflush(stdout);

        pid_t pid = fork();
        if (pid < 0)
                return -errno;
        if (pid == 0)
                run_child(c, null_fd);

        int status;
        while (waitpid(pid, &status, 0) < 0)
                if (errno != EINTR)
                        return -errno;
        return status;
}

char *command_describe(int status)
{
        char *text = NULL;
        int n;
        if (WIFSIGNALED(status))
                n = asprintf(&text, "it was killed by signal %d (%s)", WTERMSIG(status),
                             strsignal(WTERMSIG(status)));
        else
                n = asprintf(&text, "it exited with %d", WEXITSTATUS(status));
        return n < 0 ? NULL : text;
}

int command_scratch(const char *name)
{
        int fd = memfd_create(name, MFD_CLOEXEC);
        return fd < 0 ? -errno : fd;
}

int command_scratch_read(int fd, size_t max, char **ret, size_t *ret_length)
{
        if (lseek(fd, 0, SEEK_SET) < 0)
                return -errno;
        return fd_read_all(fd, max, ret, ret_length);
}

int command_adopt(void)
{
        return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0 ? -errno : 0;
}

/* Kills whom /proc lists as our children. */
static void kill_children(void)
{
        _cleanup_fclose_ FILE *f = fopen("/proc/thread-self/children", "re");
        int pid;
        while (f && fscanf(f, "%d", &pid) == 1)
                if (pid > 1)
                        kill(pid, SIGKILL);
}

void command_end_orphans(void)
{
        for (unsigned i = 0; i < ORPHAN_ROUNDS; i++) {
                kill_children();
                /* Each that ends hands its own children on to us: look again until there is none. */
                if (waitpid(-1, NULL, 0) < 0 && errno == ECHILD)
                        return;
        }
}
