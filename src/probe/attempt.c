/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "probe/attempt.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "basic/buffer.h"
#include "basic/cleanup.h"
#include "basic/clock.h"
#include "basic/file.h"
#include "probe/body.h"
#include "probe/unixqueue.h"

#define UNIX_SOCKETS "/proc/self/net/unix"
#define REST_USEC (50 * USEC_PER_MSEC)
#define QUEUE_POLL_USEC (20 * USEC_PER_MSEC)

static int connect_target(const Target *target, uint64_t deadline, int *ret)
{
        _cleanup_close_ int fd =
                socket(target->address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (fd < 0)
                return -errno;
        if (connect(fd, (const struct sockaddr *) &target->address, target->address_length) < 0) {
                if (errno != EINPROGRESS)
                        return -errno;
                int r = fd_wait(fd, POLLOUT, deadline), error = 0;
                socklen_t n = sizeof(error);
                if (r < 0)
                        return r;
                if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &n) < 0)
                        return -errno;
                if (error != 0)
                        return -error;
        }
        *ret = TAKE_FD(fd);
        return 0;
}

static bool has_header(const Check *c, const char *name)
{
        for (size_t i = 0; c && i < c->n_headers; i++)
                if (strcasecmp(c->headers[i].name, name) == 0)
                        return true;
        return false;
}

/* What the router would say; a check may say it otherwise. It fits into the socket's buffer at once. */
static int send_request(int fd, const Target *target)
{
        const struct {
                const char *name, *value;
        } usual[] = {
                {"Host", target->host},
                {"User-Agent", "paas-probe"},
                {"Accept", "*/*"},
                {"X-Forwarded-For", "127.0.0.1"},
                {"X-Forwarded-Proto", "https"},
                {"X-Forwarded-Port", "443"},
        };
        const Check *c = target->check;
        _cleanup_buffer_ Buffer b = BUFFER_NULL;
        buffer_printf(&b, "GET %s HTTP/1.1\r\n", c ? c->path : "/");
        for (size_t i = 0; i < ELEMENTSOF(usual); i++)
                if (!has_header(c, usual[i].name))
                        buffer_printf(&b, "%s: %s\r\n", usual[i].name, usual[i].value);
        for (size_t i = 0; c && i < c->n_headers; i++)
                buffer_printf(&b, "%s: %s\r\n", c->headers[i].name, c->headers[i].value);
        buffer_puts(&b, "Connection: close\r\n\r\n");
        if (b.failed)
                return -ENOMEM;
        return send(fd, b.data, b.length, MSG_NOSIGNAL) == (ssize_t) b.length ? 0 : -EPIPE;
}

/* Drops an interim answer (100, 103, …) from the front. */
static void drop_head(Attempt *a)
{
        memmove(a->data, a->data + a->head.length, a->length - a->head.length);
        a->length -= a->head.length;
}

/* Whether what was received so far is enough to know the outcome. */
static bool is_decided(Attempt *a)
{
        for (;;) {
                int r = http_head_parse(a->data, a->length, &a->head);
                if (r == 0)
                        return false;
                if (r < 0)
                        a->outcome = ATTEMPT_NOT_HTTP;
                else if (a->head.status < 200 && a->head.status != 101) {
                        drop_head(a);
                        continue;
                } else
                        a->outcome = ATTEMPT_ANSWERED;
                return true;
        }
}

/* More bytes behind those that are there. 0: the end, or the time is over. */
static int receive_more(int fd, uint64_t deadline, Attempt *a)
{
        for (;;) {
                ssize_t n = recv(fd, a->data + a->length, sizeof(a->data) - a->length, 0);
                if (n > 0) {
                        a->length += (size_t) n;
                        return 1;
                }
                if (n == 0)
                        return 0;
                if (errno != EAGAIN && errno != EINTR)
                        return -errno;
                int r = fd_wait(fd, POLLIN, deadline);
                if (r < 0)
                        return r;
        }
}

static bool is_queued(const Target *target)
{
        return target->path && unix_queue_read(UNIX_SOCKETS, target->path) > 0;
}

/* The first bytes. Whoever accepts has as long as `deadline` says now, however late that is. */
static int receive_first(int fd, const Target *target, uint64_t deadline, Attempt *a)
{
        uint64_t patience = deadline - clock_monotonic();
        for (;;) {
                int r = receive_more(fd, deadline, a);
                if (r != -ETIMEDOUT || a->length > 0)
                        return r;
                bool queued = is_queued(target);
                uint64_t now = clock_monotonic();
                if (!queued || now >= target->queue_deadline) {
                        a->outcome = queued ? ATTEMPT_QUEUED : ATTEMPT_SILENT;
                        return r;
                }
                deadline = now + patience < target->queue_deadline ? now + patience : target->queue_deadline;
        }
}

static void receive_head(int fd, const Target *target, uint64_t deadline, Attempt *a)
{
        a->outcome = ATTEMPT_SILENT;
        while (a->length < sizeof(a->data)) {
                int r = a->length == 0 ? receive_first(fd, target, deadline, a)
                                       : receive_more(fd, deadline, a);
                if (r <= 0) {
                        if (r != -ETIMEDOUT)
                                a->outcome = ATTEMPT_CLOSED;
                        return;
                }
                if (is_decided(a))
                        return;
        }
        a->outcome = ATTEMPT_NOT_HTTP;
}

static bool status_passes(const Check *c, unsigned status)
{
        return c ? status >= c->status_first && status <= c->status_last : status < 500;
}

bool attempt_passed(const Target *target, const Attempt *a)
{
        const Check *c = target->check;
        if (a->outcome != ATTEMPT_ANSWERED)
                return false;
        if (c && c->way == CHECK_LISTENING)
                return true;
        return status_passes(c, a->head.status) &&
               (!c || !c->content || memmem(a->body, a->body_length, c->content, strlen(c->content)));
}

static void receive_body(int fd, const Target *target, uint64_t deadline, Attempt *a)
{
        do {
                if (http_body(a->data, a->length, &a->head, a->body, sizeof(a->body), &a->body_length) !=
                            0 ||
                    attempt_passed(target, a))
                        return;
        } while (a->length < sizeof(a->data) && receive_more(fd, deadline, a) > 0);
}

/* Its end is taken, for a moment: what nobody reads any more is an error to whoever writes it, on a unix
 * socket at once. */
static void take_rest(int fd)
{
        char rest[4096];
        uint64_t deadline = clock_monotonic() + REST_USEC;
        while (clock_monotonic() < deadline) {
                ssize_t n = recv(fd, rest, sizeof(rest), 0);
                if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR) ||
                    (n < 0 && fd_wait(fd, POLLIN, deadline) < 0))
                        return;
        }
}

/* It listens when it accepts: the connection itself says nothing where systemd holds the socket. */
static AttemptOutcome wait_accepted(const Target *target)
{
        while (is_queued(target)) {
                if (clock_monotonic() >= target->queue_deadline)
                        return ATTEMPT_QUEUED;
                nanosleep(&(struct timespec){.tv_nsec = QUEUE_POLL_USEC * 1000}, NULL);
        }
        return ATTEMPT_ANSWERED;
}

/* A socket's file is there a moment before it is given to the router's user. */
static bool is_refusal(const Target *target, int r)
{
        return r == -ECONNREFUSED || (target->path && (r == -ENOENT || r == -EACCES));
}

void attempt_make(const Target *target, uint64_t deadline, Attempt *ret)
{
        const Check *c = target->check;
        ret->length = ret->body_length = 0;
        ret->error = 0;
        ret->head = (HttpHead){0};
        _cleanup_close_ int fd = -1;
        int r = connect_target(target, deadline, &fd);
        if (r < 0) {
                ret->outcome = is_refusal(target, r) ? ATTEMPT_REFUSED : ATTEMPT_FAILED;
                ret->error = -r;
                return;
        }
        if (c && c->way == CHECK_LISTENING) {
                ret->outcome = wait_accepted(target);
                return;
        }
        if (send_request(fd, target) < 0) {
                ret->outcome = ATTEMPT_CLOSED;
                return;
        }
        receive_head(fd, target, deadline, ret);
        /* What explains a refusal is in the body too, if it comes soon. */
        uint64_t soon = clock_monotonic() + USEC_PER_SEC;
        if (ret->outcome == ATTEMPT_ANSWERED && !attempt_passed(target, ret))
                receive_body(fd, target,
                             c && c->content   ? deadline
                             : soon < deadline ? soon
                                               : deadline,
                             ret);
        if (target->path && ret->outcome == ATTEMPT_ANSWERED)
                take_rest(fd);
}
