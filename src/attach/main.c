/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * paas-attach: the first program of a one-off process (`paas run`).
 *
 * Its standard input is a socket whose other end only the caller's `paas` has. It makes the terminal or the
 * pipes that the caller wishes, hands their far ends over, and runs paas-init(8) on the near ones. The
 * caller then needs nobody else: what the command writes, how it ends and why come by the descriptors and
 * the socket, whatever becomes of paasd meanwhile. When the caller goes away the socket is closed: this
 * program ends, and with it, by its unit, whatever the command has started. With --detached there is no
 * caller; the end is told in the log.
 */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#include "attach/endpoints.h"
#include "attach/oomevents.h"
#include "basic/cleanup.h"
#include "basic/clock.h"
#include "basic/fdpass.h"
#include "basic/text.h"
#include "model/attach.h"
#include "model/paths.h"

#define EXIT_NO_CALLER 129 /* as a shell says of SIGHUP */
#define EXIT_NOT_STARTED 126

typedef struct Attach {
        int control; /* to the caller; -1: detached */
        int signals;
        bool detached;
        uint64_t limit;   /* seconds; 0: none */
        uint64_t started; /* monotonic */
        pid_t pid;        /* of the command */
        AttachReason reason;
        AttachMessage hello;
} Attach;

static int fail(const char *what, int r)
{
        fprintf(stderr, "paas-attach: %s: %s\n", what, strerror(-r));
        return EXIT_NOT_STARTED;
}

static void tell(const Attach *a, const AttachMessage *m)
{
        char line[ATTACH_LINE_MAX];
        size_t n = attach_format(m, line);
        if (a->control >= 0)
                (void) fdpass_send(a->control, line, n, NULL, 0); /* who has gone is not interested */
}

/* Said at once: who does not end when asked will be killed, and we with it. */
static void note_reason(Attach *a, AttachReason reason)
{
        if (a->reason != ATTACH_NO_REASON)
                return;
        a->reason = reason;
        tell(a, &(AttachMessage){.type = ATTACH_REASON, .reason = reason});
}

static void asked_to_stop(Attach *a)
{
        uint64_t elapsed = clock_monotonic() - a->started;
        if (oom_happened())
                note_reason(a, ATTACH_MEMORY);
        else if (a->limit > 0 && elapsed + USEC_PER_SEC >= a->limit * USEC_PER_SEC)
                note_reason(a, ATTACH_TIME_LIMIT);
        else
                note_reason(a, ATTACH_STOPPED);
}

/* For the log of a detached one. */
static void tell_log(const Attach *a, int status)
{
        char why[96];
        attach_describe(a->reason, (unsigned long long) a->limit, why);
        if (WIFSIGNALED(status))
                fprintf(stderr, "Process killed by %s", strsignal(WTERMSIG(status)));
        else
                fprintf(stderr, "Process exited with status %d", WEXITSTATUS(status));
        fprintf(stderr, "%s%s\n", *why ? ": " : "", why);
}

static int ended(Attach *a, int status)
{
        bool killed = WIFSIGNALED(status);
        int code = killed ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
        if (code == 128 + SIGKILL && oom_happened())
                note_reason(a, ATTACH_MEMORY);
        if (a->detached)
                tell_log(a, status);
        tell(a, &(AttachMessage){
                        .type = ATTACH_END,
                        .killed = killed,
                        .status = (unsigned) (killed ? WTERMSIG(status) : code),
                });
        return code;
}

/* Its exit code, or -1: it goes on. */
static int take_signal(Attach *a)
{
        struct signalfd_siginfo info;
        int status;
        if (read(a->signals, &info, sizeof(info)) != sizeof(info))
                return -1;
        if (info.ssi_signo != SIGCHLD) {
                if (info.ssi_signo == SIGTERM)
                        asked_to_stop(a);
                return -1;
        }
        pid_t pid = waitpid(a->pid, &status, WNOHANG);
        return pid == a->pid ? ended(a, status) : -1;
}

static int wait_end(Attach *a)
{
        for (;;) {
                /* No packet is awaited from the caller: only that there is one. */
                struct pollfd p[] = {{.fd = a->signals, .events = POLLIN}, {.fd = a->control}};
                if (poll(p, ELEMENTSOF(p), -1) < 0 && errno != EINTR)
                        return fail("waiting", -errno);
                if (p[0].revents) {
                        int code = take_signal(a);
                        if (code >= 0)
                                return code;
                }
                if (p[1].revents & (POLLHUP | POLLERR))
                        return EXIT_NO_CALLER;
        }
}

static void become_command(const Attach *a, const Endpoints *e)
{
        sigset_t none;
        sigemptyset(&none);
        int r = a->detached ? 0 : endpoints_enter(e);
        if (r >= 0 && e->tty && setenv("TERM", a->hello.term, 1) < 0)
                r = -errno;
        if (r >= 0 && sigprocmask(SIG_SETMASK, &none, NULL) < 0)
                r = -errno;
        if (r >= 0) {
                execl(PAAS_LIB "/paas-init", "paas-init", (char *) NULL);
                r = -errno;
        }
        _exit(fail("starting the command", r));
}

static int run(Attach *a, Endpoints *e)
{
        a->pid = fork();
        if (a->pid < 0)
                return fail("fork", -errno);
        if (a->pid == 0)
                become_command(a, e);
        endpoints_clear(e);
        return wait_end(a);
}

/* Says what the caller wishes, or that there is none any more. */
static int receive_hello(Attach *a)
{
        char line[ATTACH_LINE_MAX];
        int n = fdpass_receive(a->control, line, sizeof(line), NULL, NULL);
        if (n == 0)
                return -ECONNRESET;
        int r = n < 0 ? n : attach_parse(line, (size_t) n, &a->hello);
        if (r >= 0 && a->hello.type != ATTACH_HELLO)
                r = -EBADMSG;
        return r;
}

static int hand_over(const Attach *a, Endpoints *e)
{
        char line[ATTACH_LINE_MAX];
        size_t n = attach_format(&(AttachMessage){.type = ATTACH_OPEN}, line);
        int r = fdpass_send(a->control, line, n, e->theirs, e->n_theirs);
        endpoints_close_theirs(e);
        return r;
}

static int run_attached(Attach *a)
{
        Endpoints e = ENDPOINTS_NULL;
        /* The command has standard descriptors of its own. */
        a->control = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
        int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
        if (a->control < 0 || null < 0 || dup2(null, STDIN_FILENO) < 0)
                return fail("the socket to the caller", -errno);
        int r = receive_hello(a);
        if (r == -ECONNRESET)
                return EXIT_NO_CALLER;
        if (r >= 0)
                r = endpoints_make(&a->hello, &e);
        if (r >= 0)
                r = hand_over(a, &e);
        return r < 0 ? fail("preparing the terminal", r) : run(a, &e);
}

static int take_arguments(Attach *a, char **argv)
{
        for (; *argv; argv++) {
                if (streq(*argv, "--detached"))
                        a->detached = true;
                else if (streq(*argv, "--time-limit") && argv[1] &&
                         text_parse_uint(argv[1], UINT32_MAX, &a->limit) >= 0)
                        argv++;
                else
                        return -EINVAL;
        }
        return 0;
}

int main(int argc, char **argv)
{
        Attach a = {.control = -1, .started = clock_monotonic()};
        sigset_t waited;

        if (argc < 1 || take_arguments(&a, argv + 1) < 0) {
                fputs("paas-attach [--detached] [--time-limit SECONDS]; only paasd starts this program.\n",
                      stderr);
                return EXIT_NOT_STARTED;
        }
        sigemptyset(&waited);
        sigaddset(&waited, SIGCHLD);
        sigaddset(&waited, SIGTERM);
        sigaddset(&waited, SIGHUP);
        if (sigprocmask(SIG_BLOCK, &waited, NULL) < 0)
                return fail("signals", -errno);
        a.signals = signalfd(-1, &waited, SFD_CLOEXEC | SFD_NONBLOCK);
        if (a.signals < 0)
                return fail("signals", -errno);
        Endpoints none = ENDPOINTS_NULL;
        return a.detached ? run(&a, &none) : run_attached(&a);
}
