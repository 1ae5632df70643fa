/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The caller's side of a run, against another side of our own. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/pump.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "basic/cleanup.h"
#include "basic/fdpass.h"
#include "basic/file.h"
#include "cli/test-capture.h"
#include "model/attach.h"

#define INPUT_MAX (1024 * 1024)

typedef struct Side {
        size_t n_fds;     /* how many descriptors it hands over */
        const char *last; /* its last words; NULL: none */
        const char *before;
} Side;

static void say(int control, const char *line)
{
        if (line)
                (void) fdpass_send(control, line, strlen(line), NULL, 0);
}

/* Gives back what it reads. */
static _Noreturn void be_the_other(int control, const Side *side)
{
        char line[ATTACH_LINE_MAX];
        int in[2], out[2], err[2];
        _cleanup_free_ char *input = NULL;
        size_t length;

        int n = fdpass_receive(control, line, sizeof(line), NULL, NULL);
        if (n != (int) strlen("hello pipes") || memcmp(line, "hello pipes", (size_t) n) != 0 ||
            pipe(in) < 0 || pipe(out) < 0 || pipe(err) < 0)
                _exit(1);
        const int fds[] = {in[1], out[0], err[0]};
        if (fdpass_send(control, "open", 4, fds, side->n_fds) < 0)
                _exit(1);
        for (size_t i = 0; i < 3; i++)
                close(fds[i]);
        say(control, side->before);
        if (fd_read_all(in[0], INPUT_MAX, &input, &length) < 0 || fd_write_all(out[1], input, length) < 0)
                _exit(1);
        say(control, side->last);
        _exit(0);
}

static int run(const Side *side, const char *input, Capture *capture, Error *e)
{
        int fds[2], status;
        int before = dup(STDIN_FILENO), typed = memfd_create("typed", MFD_CLOEXEC);
        assert_true(before >= 0 && typed >= 0);
        assert_int_equal(fd_write_all(typed, input, strlen(input)), 0);
        assert_int_equal(lseek(typed, 0, SEEK_SET), 0);
        assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds), 0);
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
                close(fds[0]);
                be_the_other(fds[1], side);
        }
        close(fds[1]);
        assert_true(dup2(typed, STDIN_FILENO) >= 0);
        capture_begin(capture);
        int r = pump_run(fds[0], false, 5, e);
        capture_end(capture);
        close(fds[0]);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(dup2(before, STDIN_FILENO) >= 0);
        close(before);
        close(typed);
        return r;
}

static void check(const Side *side, int code, const char *said)
{
        _cleanup_error_ Error e = ERROR_NULL;
        Capture capture;
        assert_int_equal(run(side, "typed\n", &capture, &e), code);
        assert_string_equal(capture.text, "typed\n");
        assert_string_equal(capture.errors, said);
}

static void ends_as_the_command_does(void **state)
{
        check(&(Side){.n_fds = 3, .last = "end exited 0"}, 0, "");
        check(&(Side){.n_fds = 3, .last = "end exited 7"}, 7, "");
        check(&(Side){.n_fds = 3, .last = "end killed 15"}, 143, "");
        check(&(Side){.n_fds = 3, .before = "reason time-limit", .last = "end killed 15"}, 143,
              "paas: the command was ended: its time limit of 5 s is over\n");
}

static void killed_without_a_word(void **state)
{
        check(&(Side){.n_fds = 3}, 137,
              "paas: the command was killed, and nobody said why: `journalctl -u 'paas-run-*'` on the host "
              "may know\n");
        check(&(Side){.n_fds = 3, .before = "reason memory"}, 137,
              "paas: the command was ended: it needed more memory than its size has (see run -s)\n");
}

/* Not what was asked for, or nothing that is known: no guess. */
static void nonsense_is_an_error(void **state)
{
        static const Side sides[] = {
                {.n_fds = 1}, {.n_fds = 3, .before = "sing"}, {.n_fds = 3, .before = "open"}};
        for (size_t i = 0; i < ELEMENTSOF(sides); i++) {
                _cleanup_error_ Error e = ERROR_NULL;
                Capture capture;
                assert_int_equal(run(&sides[i], "", &capture, &e), -EBADMSG);
                assert_non_null(strstr(e.message, "was lost"));
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(ends_as_the_command_does),
                cmocka_unit_test(killed_without_a_word),
                cmocka_unit_test(nonsense_is_an_error),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
