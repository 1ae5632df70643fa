/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "basic/file.h"

static int make_directory(char **ret)
{
        const char *const places[] = {getenv("XDG_RUNTIME_DIR"), "/dev/shm", "/tmp"};
        int error = -ENOENT;
        for (size_t i = 0; i < ELEMENTSOF(places); i++) {
                _cleanup_free_ char *path = NULL;
                if (!places[i] || places[i][0] != '/')
                        continue;
                if (asprintf(&path, "%s/paas-edit-XXXXXX", places[i]) < 0)
                        return -ENOMEM;
                if (mkdtemp(path)) {
                        *ret = TAKE_PTR(path);
                        return 0;
                }
                error = -errno;
        }
        return error;
}

/* The other end of the pipe is open for as long as our parent lives: none of its children has it. */
_Noreturn static void wait_and_remove(const char *path, int fd)
{
        static const int signals[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP};
        char c;
        for (size_t i = 0; i < ELEMENTSOF(signals); i++)
                (void) signal(signals[i], SIG_IGN);
        (void) setsid();
        if (dup2(fd, STDIN_FILENO) >= 0)
                (void) close_range(1, ~0U, 0); /* the parent's streams and its connections end with it */
        while (read(STDIN_FILENO, &c, 1) < 0 && errno == EINTR)
                ;
        _exit(tree_remove(path) < 0);
}

int scratch_make(Scratch *ret, Error *e)
{
        _cleanup_free_ char *path = NULL;
        int fds[2], r = make_directory(&path);
        if (r < 0)
                return error_set(e, r, "No directory can be made for a temporary file: %s", strerror(-r));
        pid_t pid = -1;
        if (pipe2(fds, O_CLOEXEC) >= 0) {
                pid = fork();
                if (pid == 0) {
                        (void) close(fds[1]);
                        wait_and_remove(path, fds[0]);
                }
                r = -errno;
                (void) close(fds[0]);
                if (pid < 0)
                        (void) close(fds[1]);
        } else
                r = -errno;
        if (pid < 0) {
                (void) tree_remove(path);
                return error_set(e, r, "Nobody would remove the temporary file: %s", strerror(-r));
        }
        *ret = (Scratch){.path = TAKE_PTR(path), .alive = fds[1], .remover = pid};
        return 0;
}

void scratch_clear(Scratch *s)
{
        if (s->path) {
                (void) close(s->alive);
                while (waitpid(s->remover, NULL, 0) < 0 && errno == EINTR)
                        ;
        }
        free(s->path);
        *s = SCRATCH_NULL;
}
