/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "probe/attempt.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "basic/cleanup.h"
#include "basic/clock.h"
#include "basic/file.h"

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

/* A few hundred bytes: they fit into the socket's buffer at once. */
static int send_request(int fd, const char *host)
{
        char text[1024];
        int n = snprintf(
                text, sizeof(text),
                "GET / HTTP/1.1\r\nHost: %s\r\nUser-Agent: paas-probe\r\nAccept: */*\r\n"
                "X-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Port: 443\r\n"
                "Connection: close\r\n\r\n",
                host);
        if (n < 0 || (size_t) n >= sizeof(text))
                return -ENAMETOOLONG;
        return send(fd, text, (size_t) n, MSG_NOSIGNAL) == n ? 0 : -EPIPE;
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

static void receive_head(int fd, uint64_t deadline, Attempt *a)
{
        while (a->length < sizeof(a->data)) {
                ssize_t n = recv(fd, a->data + a->length, sizeof(a->data) - a->length, 0);
                if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
                        if (fd_wait(fd, POLLIN, deadline) >= 0)
                                continue;
                        a->outcome = ATTEMPT_SILENT;
                        return;
                }
                if (n <= 0) {
                        a->outcome = ATTEMPT_CLOSED;
                        return;
                }
                a->length += (size_t) n;
                if (is_decided(a))
                        return;
        }
        a->outcome = ATTEMPT_NOT_HTTP;
}

void attempt_make(const Target *target, uint64_t deadline, Attempt *ret)
{
        ret->length = 0;
        ret->error = 0;
        _cleanup_close_ int fd = -1;
        int r = connect_target(target, deadline, &fd);
        if (r < 0) {
                ret->outcome = r == -ECONNREFUSED ? ATTEMPT_REFUSED : ATTEMPT_FAILED;
                ret->error = -r;
                return;
        }
        if (send_request(fd, target->host) < 0) {
                ret->outcome = ATTEMPT_CLOSED;
                return;
        }
        receive_head(fd, deadline, ret);
}
