/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "connection.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "basic/buffer.h"
#include "basic/clock.h"

#define BATCH 256

typedef enum State { FAILED, CONNECTING, HANDSHAKE, OPEN, ENDED } State;

struct Connection {
        Target *target;
        Connection *next; /* of the closed, or of the failed */
        const ConnectionEvents *events;
        void *userdata;
        int fd;
        SSL *ssl;
        State state;
        uint32_t waits_for; /* of epoll */
        uint64_t begun;     /* CLOCK_MONOTONIC */
        int error;
        bool closed; /* by its owner */
        Buffer out;
        size_t sent; /* of out */
};

/* The memory stays until all events that the kernel had named have been served. */
Connection *connection_close(Connection *c)
{
        if (!c)
                return NULL;
        c->closed = true;
        if (c->ssl && c->state == OPEN)
                (void) SSL_shutdown(c->ssl);
        SSL_free(c->ssl);
        c->ssl = NULL;
        if (c->fd >= 0)
                close(c->fd);
        c->fd = -1;
        if (c->state != FAILED) {
                c->next = c->target->closed;
                c->target->closed = c;
        }
        return NULL;
}

/* `how` 0: nothing any more. */
static void wait_for(Connection *c, uint32_t how)
{
        struct epoll_event event = {.events = how, .data.ptr = c};
        if (how == c->waits_for)
                return;
        c->waits_for = how;
        (void) epoll_ctl(c->target->epoll, how == 0 ? EPOLL_CTL_DEL : EPOLL_CTL_MOD, c->fd, &event);
}

static void end(Connection *c, int error)
{
        if (c->closed || c->state == ENDED)
                return;
        c->state = ENDED;
        wait_for(c, 0);
        c->events->ended(c->userdata, error);
}

/* Positive: as much was done; 0: not now; -EPIPE: the other side ended it; else a negative errno. */
static ssize_t tls_result(Connection *c, int n)
{
        if (n > 0)
                return n;
        int e = SSL_get_error(c->ssl, n);
        int saved = errno;
        ERR_clear_error();
        if (e == SSL_ERROR_WANT_READ || e == SSL_ERROR_WANT_WRITE)
                return 0;
        if (e == SSL_ERROR_SYSCALL && saved != 0)
                return -saved;
        return c->state == HANDSHAKE ? -EPROTO : -EPIPE;
}

static ssize_t plain_result(ssize_t n)
{
        if (n > 0)
                return n;
        if (n == 0)
                return -EPIPE;
        return errno == EAGAIN || errno == EINTR ? 0 : -errno;
}

static void flush(Connection *c)
{
        while (c->state == OPEN && !c->closed && c->sent < c->out.length) {
                const char *data = c->out.data + c->sent;
                size_t length = c->out.length - c->sent;
                ssize_t n = c->ssl ? tls_result(c, SSL_write(c->ssl, data, (int) length))
                                   : plain_result(send(c->fd, data, length, MSG_NOSIGNAL));
                if (n == 0)
                        break;
                if (n < 0) /* reading says why */
                        c->sent = c->out.length;
                else
                        c->sent += (size_t) n;
        }
        if (c->sent == c->out.length)
                c->out.length = c->sent = 0;
        if (c->state == OPEN && !c->closed)
                wait_for(c, c->out.length > 0 ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

static void read_all(Connection *c)
{
        uint8_t data[16384];
        while (c->state == OPEN && !c->closed) {
                ssize_t n = c->ssl ? tls_result(c, SSL_read(c->ssl, data, sizeof data))
                                   : plain_result(recv(c->fd, data, sizeof data, 0));
                if (n == 0)
                        return;
                if (n < 0)
                        end(c, n == -EPIPE ? 0 : (int) n);
                else
                        c->events->received(c->userdata, data, (size_t) n);
        }
}

static void opened(Connection *c)
{
        c->state = OPEN;
        c->events->opened(c->userdata);
        if (!c->closed)
                flush(c);
}

static void shake_hands(Connection *c)
{
        errno = 0;
        ssize_t n = tls_result(c, SSL_connect(c->ssl));
        if (n > 0)
                opened(c);
        else if (n < 0)
                end(c, (int) n);
        else
                wait_for(c, SSL_want_write(c->ssl) ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

static void connected(Connection *c)
{
        int error = 0;
        socklen_t length = sizeof error;
        if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &length) < 0)
                error = errno;
        if (error != 0)
                end(c, -error);
        else if (c->ssl)
                c->state = HANDSHAKE;
        else
                opened(c);
}

static void serve(Connection *c)
{
        if (c->closed)
                return;
        if (c->state == CONNECTING)
                connected(c);
        if (c->state == HANDSHAKE && !c->closed)
                shake_hands(c);
        if (c->state == OPEN && !c->closed)
                flush(c);
        read_all(c);
}

static void free_closed(Target *t)
{
        while (t->closed) {
                Connection *c = t->closed;
                t->closed = c->next;
                buffer_clear(&c->out);
                free(c);
        }
}

void connections_serve(Target *t)
{
        struct epoll_event ready[BATCH];
        int n;
        do {
                n = epoll_wait(t->epoll, ready, BATCH, 0);
                for (int i = 0; i < n; i++)
                        serve(ready[i].data.ptr);
                free_closed(t);
        } while (n == BATCH);
}

static int on_ready(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
        connections_serve(userdata);
        return 0;
}

int connections_begin(Target *t)
{
        t->epoll = epoll_create1(EPOLL_CLOEXEC);
        if (t->epoll < 0)
                return -errno;
        return sd_event_add_io(t->event, NULL, t->epoll, EPOLLIN, on_ready, t);
}

void connections_tell_failed(Target *t)
{
        Connection *failed = TAKE_PTR(t->failed);
        while (failed) {
                Connection *c = failed;
                failed = c->next;
                c->state = CONNECTING;
                if (c->closed)
                        (void) connection_close(c);
                else
                        end(c, c->error);
        }
        free_closed(t);
}

static int begin(Connection *c, bool tls, bool http2)
{
        static const uint8_t h2[] = "\x02h2", http11[] = "\x08http/1.1";
        const Target *t = c->target;
        struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(tls ? t->https : t->http)};
        int one = 1;
        (void) inet_pton(AF_INET, t->address, &to.sin_addr);
        c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (c->fd < 0)
                return -errno;
        (void) setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        if (connect(c->fd, (struct sockaddr *) &to, sizeof to) < 0 && errno != EINPROGRESS)
                return -errno;
        if (tls) {
                c->ssl = SSL_new(t->tls);
                if (!c->ssl || SSL_set_fd(c->ssl, c->fd) != 1 ||
                    SSL_set_tlsext_host_name(c->ssl, t->host) != 1 || SSL_set1_host(c->ssl, t->host) != 1 ||
                    SSL_set_alpn_protos(c->ssl, http2 ? h2 : http11, http2 ? 3 : 9) != 0)
                        return -ENOMEM;
        }
        c->waits_for = EPOLLIN | EPOLLOUT;
        struct epoll_event event = {.events = c->waits_for, .data.ptr = c};
        return epoll_ctl(t->epoll, EPOLL_CTL_ADD, c->fd, &event) < 0 ? -errno : 0;
}

Connection *connection_open(Target *t, bool tls, bool http2, const ConnectionEvents *events, void *userdata)
{
        Connection *c = calloc(1, sizeof *c);
        if (!c)
                abort();
        *c = (Connection){.target = t,
                          .events = events,
                          .userdata = userdata,
                          .fd = -1,
                          .state = CONNECTING,
                          .begun = clock_monotonic()};
        c->error = begin(c, tls, http2);
        if (c->error < 0) {
                c->state = FAILED;
                c->next = t->failed;
                t->failed = c;
        }
        return c;
}

uint64_t connection_begun(const Connection *c)
{
        return c->begun;
}

void connection_send(Connection *c, const void *data, size_t length)
{
        if (c->closed || c->state == ENDED)
                return;
        buffer_append(&c->out, data, length);
        flush(c);
}
