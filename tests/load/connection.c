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

typedef enum State { CONNECTING, HANDSHAKE, OPEN, ENDED } State;

struct Connection {
        const ConnectionEvents *events;
        void *userdata;
        int fd;
        SSL *ssl;
        sd_event_source *io;
        sd_event_source *failed; /* tells from the loop what failed at once */
        State state;
        int error;
        bool busy;   /* within on_io(): who closes it leaves the memory to that */
        bool closed; /* by its owner */
        Buffer out;
        size_t sent; /* of out */
};

static void release(Connection *c)
{
        c->io = sd_event_source_disable_unref(c->io);
        c->failed = sd_event_source_disable_unref(c->failed);
        SSL_free(c->ssl);
        c->ssl = NULL;
        if (c->fd >= 0)
                close(c->fd);
        c->fd = -1;
}

Connection *connection_close(Connection *c)
{
        if (!c)
                return NULL;
        c->closed = true;
        if (c->ssl && c->state == OPEN)
                (void) SSL_shutdown(c->ssl);
        release(c);
        if (c->busy)
                return NULL;
        buffer_clear(&c->out);
        free(c);
        return NULL;
}

static void end(Connection *c, int error)
{
        if (c->closed || c->state == ENDED)
                return;
        c->state = ENDED;
        (void) sd_event_source_set_enabled(c->io, SD_EVENT_OFF);
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
        if (c->io)
                (void) sd_event_source_set_io_events(c->io,
                                                     c->out.length > 0 ? EPOLLIN | EPOLLOUT : EPOLLIN);
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
                (void) sd_event_source_set_io_events(c->io,
                                                     SSL_want_write(c->ssl) ? EPOLLIN | EPOLLOUT : EPOLLIN);
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

static int on_io(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
        Connection *c = userdata;
        c->busy = true;
        if (c->state == CONNECTING)
                connected(c);
        if (c->state == HANDSHAKE && !c->closed)
                shake_hands(c);
        if (c->state == OPEN && !c->closed)
                flush(c);
        read_all(c);
        c->busy = false;
        if (c->closed) {
                buffer_clear(&c->out);
                free(c);
        }
        return 0;
}

static int on_failed(sd_event_source *source, void *userdata)
{
        Connection *c = userdata;
        end(c, c->error);
        return 0;
}

static int begin(Connection *c, const Target *t, bool tls, bool http2)
{
        static const uint8_t h2[] = "\x02h2", http11[] = "\x08http/1.1";
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
        return sd_event_add_io(t->event, &c->io, c->fd, EPOLLIN | EPOLLOUT, on_io, c);
}

Connection *connection_open(const Target *t, bool tls, bool http2, const ConnectionEvents *events,
                            void *userdata)
{
        Connection *c = calloc(1, sizeof *c);
        if (!c)
                abort();
        *c = (Connection){.events = events, .userdata = userdata, .fd = -1};
        c->error = begin(c, t, tls, http2);
        if (c->error < 0 && sd_event_add_defer(t->event, &c->failed, on_failed, c) < 0)
                abort();
        return c;
}

void connection_send(Connection *c, const void *data, size_t length)
{
        if (c->closed || c->state == ENDED)
                return;
        buffer_append(&c->out, data, length);
        flush(c);
}
