/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "router/exchange.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

#include "basic/buffer.h"
#include "basic/clock.h"
#include "basic/file.h"

#define REPLY_MAX (16u * 1024 * 1024) /* 65,000 servers */
#define CONNECT_ATTEMPTS 5            /* a worker that takes over leaves its socket for some milliseconds */
#define CONNECT_PAUSE 5               /* ms */

int router_check_word(const char *s, Error *e)
{
        if (s[0] != '\0' && strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                      "._:/@*[]-") == strlen(s))
                return 0;
        return error_set(e, -EINVAL, "\"%s\" cannot be used in a command to HAProxy", s);
}

static int connect_once(const char *path, int *ret)
{
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        if (strlen(path) >= sizeof(address.sun_path))
                return -ENAMETOOLONG;
        strcpy(address.sun_path, path);

        _cleanup_close_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (fd < 0)
                return -errno;
        if (connect(fd, (struct sockaddr *) &address, sizeof(address)) < 0)
                return -errno;
        *ret = TAKE_FD(fd);
        return 0;
}

static int connect_socket(const char *path, int *ret)
{
        int r = -ECONNREFUSED;
        for (unsigned i = 0; i < CONNECT_ATTEMPTS; i++) {
                r = connect_once(path, ret);
                if (r != -ECONNREFUSED && r != -EAGAIN)
                        return r;
                nanosleep(&(struct timespec){.tv_nsec = CONNECT_PAUSE * 1000000L}, NULL);
        }
        return r;
}

static int send_all(int fd, const char *data, size_t length, uint64_t deadline)
{
        while (length > 0) {
                ssize_t n = send(fd, data, length, MSG_NOSIGNAL);
                if (n < 0 && errno != EAGAIN && errno != EINTR)
                        return -errno;
                if (n < 0) {
                        int r = fd_wait(fd, POLLOUT, deadline);
                        if (r < 0)
                                return r;
                        continue;
                }
                data += n;
                length -= (size_t) n;
        }
        return 0;
}

/* What has come: 1 when there is more to wait for. */
static int receive(int fd, Buffer *reply)
{
        for (;;) {
                char chunk[16384];
                ssize_t n = recv(fd, chunk, sizeof(chunk), 0);
                if (n == 0)
                        return 0;
                if (n < 0 && errno == EAGAIN)
                        return 1;
                if (n < 0 && errno != EINTR)
                        return -errno;
                if (n < 0)
                        continue;
                if (memchr(chunk, '\0', (size_t) n))
                        return -EBADMSG;
                if (reply->length + (size_t) n > REPLY_MAX)
                        return -EFBIG;
                buffer_append(reply, chunk, (size_t) n);
        }
}

static int receive_all(int fd, uint64_t deadline, char **ret)
{
        _cleanup_buffer_ Buffer reply = BUFFER_NULL;
        int r;
        while ((r = receive(fd, &reply)) > 0) {
                r = fd_wait(fd, POLLIN, deadline);
                if (r < 0)
                        break;
        }
        return r < 0 ? r : buffer_finish(&reply, ret, NULL);
}

void router_question_clear(RouterQuestion *q)
{
        closep(&q->fd);
        buffer_clear(&q->reply);
        *q = ROUTER_QUESTION_NULL;
}

int router_question_begin(RouterQuestion *q, const char *path, RouterSocket kind, const char *command)
{
        _cleanup_buffer_ Buffer line = BUFFER_NULL;
        _cleanup_close_ int fd = -1;
        router_question_clear(q);
        buffer_puts(&line, command);
        buffer_puts(&line, "\n");
        int r = line.failed ? -ENOMEM : connect_once(path, &fd);
        if (r < 0)
                return r;
        ssize_t n = send(fd, line.data, line.length, MSG_NOSIGNAL);
        if (n != (ssize_t) line.length)
                return n < 0 ? -errno : -EAGAIN;
        if (kind == ROUTER_SOCKET_MASTER && shutdown(fd, SHUT_WR) < 0)
                return -errno;
        q->fd = TAKE_FD(fd);
        return 0;
}

int router_question_look(RouterQuestion *q, char **ret)
{
        int r = receive(q->fd, &q->reply);
        if (r == 0)
                r = buffer_finish(&q->reply, ret, NULL);
        if (r <= 0)
                router_question_clear(q);
        return r;
}

static int exchange(const char *path, RouterSocket kind, const char *command, uint64_t timeout, char **ret)
{
        uint64_t deadline = clock_monotonic() + timeout;
        _cleanup_close_ int fd = -1;
        int r = connect_socket(path, &fd);
        if (r >= 0)
                r = send_all(fd, command, strlen(command), deadline);
        if (r >= 0)
                r = send_all(fd, "\n", 1, deadline);
        if (r >= 0 && kind == ROUTER_SOCKET_MASTER && shutdown(fd, SHUT_WR) < 0)
                r = -errno;
        return r < 0 ? r : receive_all(fd, deadline, ret);
}

int router_command(const char *path, RouterSocket kind, const char *command, uint64_t timeout, char **ret,
                   Error *e)
{
        int r = exchange(path, kind, command, timeout, ret);
        if (r == -ENOENT || r == -ECONNREFUSED)
                return error_set(e, r,
                                 "the router does not run (nobody answers at %s): "
                                 "see systemctl status paas-router.service",
                                 path);
        if (r < 0)
                return error_set(e, r, "the router gave no answer at %s: %s", path, strerror(-r));
        return 0;
}
