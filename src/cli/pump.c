/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/pump.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>

#include "basic/cleanup.h"
#include "basic/fdpass.h"
#include "basic/file.h"
#include "cli/rawterm.h"
#include "model/attach.h"

#define CHUNK 65536
#define SIGNAL_BASE 128

typedef struct Pump {
        int control; /* borrowed; -1 once the other side has closed it */
        int to;      /* the command's input; -1: closed */
        int from[2]; /* its output and error (only the first with a terminal); -1: at their end */
        int signals; /* with a terminal; -1 */
        bool tty;
        bool input_ended;
        bool gone;    /* nobody reads our output any more */
        int ended_by; /* a signal that ends us; 0: none */
        RawTerm term;
        char pending[CHUNK]; /* read, and not yet taken by the command */
        size_t pending_from, pending_to;
        AttachReason reason;
        int status; /* of the command; -1: not known */
} Pump;

enum { ON_CONTROL, ON_SIGNALS, ON_INPUT, ON_TO, ON_OUT, ON_ERR, ON_READER, _ON_MAX };

static void close_fd(int *fd)
{
        closep(fd);
        *fd = -1;
}

static void pump_clear(Pump *p)
{
        rawterm_end(&p->term);
        close_fd(&p->to);
        close_fd(&p->from[0]);
        close_fd(&p->from[1]);
        close_fd(&p->signals);
        explicit_bzero(p->pending, sizeof(p->pending));
}

static void set_size(const Pump *p)
{
        struct winsize size;
        rawterm_size(&size);
        (void) ioctl(p->from[0], TIOCSWINSZ, &size);
}

static int say_hello(const Pump *p)
{
        char line[ATTACH_LINE_MAX];
        AttachMessage hello = {.type = ATTACH_HELLO, .tty = p->tty};
        if (p->tty) {
                struct winsize size;
                const char *term = getenv("TERM");
                rawterm_size(&size);
                hello.rows = size.ws_row;
                hello.columns = size.ws_col;
                snprintf(hello.term, sizeof(hello.term), "%s", term ? term : "dumb");
        }
        return fdpass_send(p->control, line, attach_format(&hello, line), NULL, 0);
}

/* The descriptors have come: from here on it is the command that we talk to. */
static int take_fds(Pump *p, const int *fds, size_t n)
{
        if (n != (p->tty ? 1 : 3) || p->from[0] >= 0)
                return -EBADMSG;
        p->from[0] = fds[p->tty ? 0 : 1];
        p->from[1] = p->tty ? -1 : fds[2];
        p->to = p->tty ? fcntl(fds[0], F_DUPFD_CLOEXEC, 3) : fds[0];
        if (p->to < 0)
                return -errno;
        for (int i = 0; i < 3; i++) {
                int fd = i == 0 ? p->to : p->from[i - 1];
                if (fd >= 0 && fcntl(fd, F_SETFL, O_NONBLOCK) < 0)
                        return -errno;
        }
        if (p->tty)
                set_size(p); /* it may have changed since the hello */
        return 0;
}

static int take_packet(Pump *p)
{
        char line[ATTACH_LINE_MAX];
        AttachMessage m;
        int fds[FDPASS_MAX];
        size_t n_fds = 0;
        int n = fdpass_receive(p->control, line, sizeof(line), fds, &n_fds);
        if (n == -EAGAIN)
                return 0;
        if (n <= 0) {
                p->control = -1;
                return n == -ECONNRESET ? 0 : n;
        }
        int r = attach_parse(line, (size_t) n, &m);
        if (r >= 0 && m.type == ATTACH_OPEN) {
                r = take_fds(p, fds, n_fds);
                if (r >= 0)
                        return 0;
        }
        for (size_t i = 0; i < n_fds; i++)
                close(fds[i]);
        if (r >= 0 && m.type == ATTACH_REASON)
                p->reason = m.reason;
        if (r >= 0 && m.type == ATTACH_END)
                p->status = (int) m.status + (m.killed ? SIGNAL_BASE : 0);
        return r;
}

static void take_signal(Pump *p)
{
        struct signalfd_siginfo info;
        if (read(p->signals, &info, sizeof(info)) != sizeof(info))
                return;
        if (info.ssi_signo == SIGCONT)
                rawterm_again(&p->term);
        if (info.ssi_signo == SIGCONT || info.ssi_signo == SIGWINCH)
                set_size(p);
        else
                p->ended_by = (int) info.ssi_signo;
}

/* The command sees the end of its input; on a terminal it means that the terminal is gone. */
static void end_input(Pump *p)
{
        p->input_ended = true;
        if (p->tty)
                p->ended_by = SIGHUP;
        else if (p->pending_from == p->pending_to)
                close_fd(&p->to);
}

static void read_input(Pump *p)
{
        ssize_t n = read(STDIN_FILENO, p->pending, sizeof(p->pending));
        if (n < 0 && (errno == EINTR || errno == EAGAIN))
                return;
        if (n <= 0) {
                end_input(p);
                return;
        }
        p->pending_from = 0;
        p->pending_to = (size_t) n;
}

static void write_to_command(Pump *p)
{
        ssize_t n = write(p->to, p->pending + p->pending_from, p->pending_to - p->pending_from);
        if (n < 0 && (errno == EINTR || errno == EAGAIN))
                return;
        if (n < 0) { /* it reads no more; what is still to be written has nobody who wants it */
                p->pending_from = p->pending_to = 0;
                close_fd(&p->to);
                return;
        }
        p->pending_from += (size_t) n;
        if (p->pending_from == p->pending_to && p->input_ended)
                close_fd(&p->to);
}

/* 1: there may be more; 0: not now. */
static int copy_output(Pump *p, int which)
{
        char chunk[CHUNK];
        ssize_t n = read(p->from[which], chunk, sizeof(chunk));
        if (n < 0 && (errno == EINTR || errno == EAGAIN))
                return 0;
        if (n <= 0) { /* EIO: a terminal that nobody has open any more */
                close_fd(&p->from[which]);
                return 0;
        }
        if (fd_write_all(which == 0 ? STDOUT_FILENO : STDERR_FILENO, chunk, (size_t) n) < 0)
                p->gone |= which == 0;
        return 1;
}

static void prepare(const Pump *p, struct pollfd *f)
{
        bool pending = p->pending_from < p->pending_to;
        bool open = p->to >= 0;
        f[ON_CONTROL] = (struct pollfd){.fd = p->control, .events = POLLIN};
        f[ON_SIGNALS] = (struct pollfd){.fd = p->signals, .events = POLLIN};
        f[ON_INPUT] = (struct pollfd){.fd = open && !pending && !p->input_ended ? STDIN_FILENO : -1,
                                      .events = POLLIN};
        f[ON_TO] = (struct pollfd){.fd = open && pending ? p->to : -1, .events = POLLOUT};
        f[ON_OUT] = (struct pollfd){.fd = p->from[0], .events = POLLIN};
        f[ON_ERR] = (struct pollfd){.fd = p->from[1], .events = POLLIN};
        f[ON_READER] = (struct pollfd){.fd = STDOUT_FILENO}; /* only whether somebody is there */
}

static int step(Pump *p)
{
        struct pollfd f[_ON_MAX];
        int r = 0;
        prepare(p, f);
        if (poll(f, _ON_MAX, -1) < 0)
                return errno == EINTR ? 0 : -errno;
        if (f[ON_SIGNALS].revents)
                take_signal(p);
        if (f[ON_TO].revents)
                write_to_command(p);
        if (f[ON_INPUT].revents)
                read_input(p);
        if (f[ON_OUT].revents)
                (void) copy_output(p, 0);
        if (f[ON_ERR].revents)
                (void) copy_output(p, 1);
        if (f[ON_CONTROL].revents)
                r = take_packet(p);
        if (f[ON_READER].revents & (POLLERR | POLLHUP | POLLNVAL))
                p->gone = true;
        return r;
}

/* Nothing of the run is left: what it has written is all there. */
static void drain(Pump *p)
{
        for (int i = 0; i < 2; i++)
                while (p->from[i] >= 0 && !p->gone && copy_output(p, i) > 0)
                        ;
}

static int begin(Pump *p)
{
        sigset_t set;
        signal(SIGPIPE, SIG_IGN);
        int r = say_hello(p);
        if (r < 0 || !p->tty)
                return r;
        sigemptyset(&set);
        for (size_t i = 0; i < 6; i++)
                sigaddset(&set, (const int[]){SIGWINCH, SIGCONT, SIGTERM, SIGHUP, SIGINT, SIGQUIT}[i]);
        if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
                return -errno;
        p->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
        return p->signals < 0 ? -errno : rawterm_begin(&p->term);
}

static int conclude(Pump *p, uint64_t limit)
{
        char why[96];
        rawterm_end(&p->term);
        if (p->ended_by)
                return SIGNAL_BASE + p->ended_by;
        if (p->gone)
                return SIGNAL_BASE + SIGPIPE;
        attach_describe(p->reason, (unsigned long long) limit, why);
        if (*why)
                fprintf(stderr, "paas: the command was ended: %s\n", why);
        else if (p->status < 0)
                fputs("paas: the command was killed, and nobody said why: `journalctl -u 'paas-run-*'` on "
                      "the host may know\n",
                      stderr);
        return p->status < 0 ? SIGNAL_BASE + SIGKILL : p->status;
}

int pump_run(int control, bool tty, uint64_t limit, Error *e)
{
        _cleanup_(pump_clear) Pump p = {
                .control = control, .to = -1, .from = {-1, -1}, .signals = -1, .tty = tty, .status = -1};
        int r = begin(&p);
        while (r >= 0 && p.control >= 0 && !p.gone && !p.ended_by)
                r = step(&p);
        if (r < 0) {
                rawterm_end(&p.term);
                return error_set(e, r == -ENOENT ? -EIO : r, "The connection to the command was lost: %s",
                                 strerror(-r));
        }
        drain(&p);
        return conclude(&p, limit);
}
