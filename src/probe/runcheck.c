/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "probe/runcheck.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "basic/cleanup.h"
#include "basic/file.h"
#include "basic/strv.h"
#include "model/paths.h"
#include "probe/head.h"

#define LINES_SHOWN 10
#define LINE_SHOWN 160

/* The words of the command become the parameters of paas-init's shell, which replaces itself by them. */
_Noreturn static void become(char *const *argv, int output)
{
        _cleanup_strv_ char **words = NULL;
        const char *init = getenv("PAAS_CHECK_INIT"); /* in a test */
        int r = strv_append(&words, "paas-init");
        for (; r >= 0 && *argv; argv++)
                r = strv_append(&words, *argv);
        int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
        if (r >= 0 && setpgid(0, 0) >= 0 && dup2(null, STDIN_FILENO) >= 0 &&
            dup2(output, STDOUT_FILENO) >= 0 && dup2(output, STDERR_FILENO) >= 0 &&
            setenv("PAAS_COMMAND", "exec \"$@\"", 1) >= 0)
                execv(init ? init : PAAS_LIB "/paas-init", words);
        _exit(127);
}

static void keep(CommandEnd *end, const char *data, size_t n)
{
        size_t fits = sizeof(end->output) - end->length < n ? sizeof(end->output) - end->length : n;
        memcpy(end->output + end->length, data, fits);
        end->length += fits;
}

/* Until all that it started has closed its output. False: the time is over. */
static bool listen_to(int fd, uint64_t deadline, CommandEnd *end)
{
        for (;;) {
                char data[4096];
                int r = fd_wait(fd, POLLIN, deadline);
                if (r < 0)
                        return false;
                ssize_t n = read(fd, data, sizeof(data));
                if (n == 0)
                        return true;
                if (n > 0)
                        keep(end, data, (size_t) n);
                else if (errno != EINTR)
                        return true;
        }
}

void command_run(char *const *argv, uint64_t deadline, CommandEnd *ret)
{
        int ends[2];
        *ret = (CommandEnd){0};
        if (pipe2(ends, O_CLOEXEC) < 0) {
                ret->error = errno;
                return;
        }
        _cleanup_close_ int in = ends[0], out = ends[1];
        pid_t pid = fork();
        if (pid < 0) {
                ret->error = errno;
                return;
        }
        if (pid == 0)
                become(argv, out);
        (void) setpgid(pid, pid); /* in both, so that it is done before the group is killed */
        close(TAKE_FD(out));
        ret->late = !listen_to(in, deadline, ret);
        if (ret->late)
                (void) kill(-pid, SIGKILL);
        while (waitpid(pid, &ret->status, 0) < 0)
                if (errno != EINTR) {
                        ret->error = errno;
                        return;
                }
}

bool command_passed(const CommandEnd *end)
{
        return end->error == 0 && !end->late && WIFEXITED(end->status) && WEXITSTATUS(end->status) == 0;
}

void command_explain(const char *name, const Check *check, unsigned attempts, const CommandEnd *end,
                     Buffer *why)
{
        _cleanup_free_ char *title = check_title(check);
        buffer_printf(why, "%s did not pass its check: %s ", name, title ? title : "command");
        if (end->error != 0)
                buffer_printf(why, "could not be run: %s", strerror(end->error));
        else if (end->late)
                buffer_printf(why, "did not end within %llu s", (unsigned long long) check->timeout);
        else if (WIFEXITED(end->status))
                buffer_printf(why, "ended with status %d", WEXITSTATUS(end->status));
        else
                buffer_printf(why, "was killed by signal %d", WTERMSIG(end->status));
        buffer_printf(why, " (attempt %u of %u)%s\n", attempts, check->attempts,
                      end->length > 0 ? ". It said:" : "");
        size_t at = 0;
        for (unsigned i = 0; i < LINES_SHOWN && at < end->length; i++) {
                char line[LINE_SHOWN];
                at += http_head_line(end->output + at, end->length - at, line, sizeof(line));
                buffer_printf(why, "    %s\n", line);
        }
}
