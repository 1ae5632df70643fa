/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "init/relay.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "basic/cleanup.h"

#define CHUNK ((size_t) 64 * 1024)
#define ROUNDS 4 /* chunks of one connection before the others have their turn */
#define EVENTS 64
#define PAUSE_MSEC 10 /* until the port is asked again */

typedef struct Pair Pair;

typedef struct End {
        Pair *pair;
        int fd;
        uint32_t waits_for; /* of epoll; 0: it is not there */
        char *rest;         /* what is to be sent to it yet: while there is any, the other end is not read */
        size_t length, sent;
        bool silent; /* nothing more comes from it */
        bool deaf;   /* nothing more goes to it */
        bool gone;   /* there is nobody any more */
} End;

enum { CLIENT, PORT };

struct Pair {
        End ends[2];
        Pair *next; /* of those that are over */
        bool over;
};

typedef struct Relay {
        int epoll, listener, port_fd; /* port_fd: connected for who comes next, or about to be; -1: none */
        bool listens;
        uint64_t resumes; /* CLOCK_MONOTONIC, milliseconds: asks the port again; 0: it listens */
        struct sockaddr_in to;
        Pair *over; /* freed when what the kernel had named is served */
        char chunk[CHUNK];
} Relay;

static bool is_passing(int error)
{
        return error == EAGAIN || error == EINTR;
}

static uint64_t now_msec(void)
{
        struct timespec t;
        (void) clock_gettime(CLOCK_MONOTONIC, &t);
        return (uint64_t) t.tv_sec * 1000 + (uint64_t) t.tv_nsec / 1000000;
}

static End *other(End *e)
{
        return &e->pair->ends[e == &e->pair->ends[0]];
}

static int watch(Relay *r, int fd, void *what, uint32_t before, uint32_t events)
{
        struct epoll_event event = {.events = events, .data.ptr = what};
        int how = before == 0 ? EPOLL_CTL_ADD : events == 0 ? EPOLL_CTL_DEL : EPOLL_CTL_MOD;
        return before == events || epoll_ctl(r->epoll, how, fd, &event) == 0 ? 0 : -errno;
}

static void finish(Relay *r, Pair *p)
{
        if (p->over)
                return;
        p->over = true;
        for (size_t i = 0; i < ELEMENTSOF(p->ends); i++) {
                End *e = &p->ends[i];
                (void) watch(r, e->fd, e, e->waits_for, 0);
                close(e->fd);
                free(e->rest);
        }
        p->next = r->over;
        r->over = p;
}

static void free_over(Relay *r)
{
        while (r->over) {
                Pair *p = r->over;
                r->over = p->next;
                free(p);
        }
}

/* It takes no more. A port may have sent an answer before that; a client is not there any more. */
static void became_deaf(End *e)
{
        e->deaf = other(e)->silent = true;
        e->length = e->sent = 0;
        e->gone = e == &e->pair->ends[CLIENT];
}

static void send_rest(End *e)
{
        while (e->sent < e->length) {
                ssize_t n = send(e->fd, e->rest + e->sent, e->length - e->sent, MSG_NOSIGNAL);
                if (n < 0 && is_passing(errno))
                        return;
                if (n < 0)
                        became_deaf(e);
                else
                        e->sent += (size_t) n;
        }
        free(TAKE_PTR(e->rest));
        e->length = e->sent = 0;
}

/* -ENOMEM: what could not be sent could not be kept. */
static int give(End *e, const char *data, size_t length)
{
        ssize_t n = send(e->fd, data, length, MSG_NOSIGNAL);
        if (n < 0 && !is_passing(errno)) {
                became_deaf(e);
                return 0;
        }
        size_t taken = n < 0 ? 0 : (size_t) n;
        if (taken == length)
                return 0;
        e->rest = malloc(length - taken);
        if (!e->rest)
                return -ENOMEM;
        memcpy(e->rest, data + taken, length - taken);
        e->length = length - taken;
        return 0;
}

/* Closed in both directions: who sent is not there for an answer either. */
static bool hung_up(int fd)
{
        struct pollfd p = {.fd = fd};
        return poll(&p, 1, 0) > 0 && (p.revents & (POLLHUP | POLLERR));
}

static int take(Relay *r, End *from)
{
        End *to = other(from);
        for (int i = 0; i < ROUNDS && !from->silent && to->length == 0; i++) {
                ssize_t n = recv(from->fd, r->chunk, CHUNK, 0);
                if (n < 0 && is_passing(errno))
                        return 0;
                if (n <= 0) {
                        from->silent = true;
                        from->gone = n < 0 || hung_up(from->fd);
                        return 0;
                }
                int k = give(to, r->chunk, (size_t) n);
                if (k < 0)
                        return k;
                if ((size_t) n < CHUNK)
                        return 0;
        }
        return 0;
}

/* The end of what comes from the other side is told once all of it has been sent. */
static void tell_end(End *e)
{
        if (!other(e)->silent || e->deaf || e->length > 0)
                return;
        e->deaf = true;
        (void) shutdown(e->fd, SHUT_WR);
}

static bool is_over(const Pair *p)
{
        const End *a = &p->ends[0], *b = &p->ends[1];
        return a->gone || b->gone || (a->silent && b->silent && a->length == 0 && b->length == 0);
}

static int settle(Relay *r, Pair *p)
{
        for (size_t i = 0; i < ELEMENTSOF(p->ends); i++)
                tell_end(&p->ends[i]);
        if (is_over(p)) {
                finish(r, p);
                return 0;
        }
        for (size_t i = 0; i < ELEMENTSOF(p->ends); i++) {
                End *e = &p->ends[i];
                uint32_t events =
                        (e->silent || other(e)->length > 0 ? 0 : EPOLLIN) | (e->length > 0 ? EPOLLOUT : 0);
                int k = watch(r, e->fd, e, e->waits_for, events);
                if (k < 0)
                        return k;
                e->waits_for = events;
        }
        return 0;
}

static void serve(Relay *r, End *e)
{
        Pair *p = e->pair;
        if (p->over)
                return;
        send_rest(e);
        if (take(r, e) < 0 || settle(r, p) < 0)
                finish(r, p);
}

static void pair(Relay *r, int port_fd, int client)
{
        Pair *p = calloc(1, sizeof(*p));
        if (!p) {
                close(port_fd);
                close(client);
                return;
        }
        p->ends[CLIENT] = (End){.pair = p, .fd = client};
        p->ends[PORT] = (End){.pair = p, .fd = port_fd};
        if (settle(r, p) < 0)
                finish(r, p);
}

static int listen_again(Relay *r, bool listens)
{
        int k = watch(r, r->listener, &r->listener, r->listens ? EPOLLIN : 0, listens ? EPOLLIN : 0);
        r->listens = listens;
        return k;
}

/* The port refuses, or descriptors are short: everybody waits for a moment. */
static int pause_listening(Relay *r)
{
        if (r->port_fd >= 0)
                close(TAKE_FD(r->port_fd));
        r->resumes = now_msec() + PAUSE_MSEC;
        return listen_again(r, false);
}

static int let_in(Relay *r)
{
        int client = accept4(r->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (client < 0)
                return pause_listening(r);
        pair(r, TAKE_FD(r->port_fd), client);
        r->resumes = 0;
        return listen_again(r, true);
}

/* Where the kernel gives out this port, too, and nobody listens, a connection may be one to itself. */
static bool is_own(const Relay *r)
{
        struct sockaddr_in own = {0};
        socklen_t length = sizeof(own);
        return getsockname(r->port_fd, (struct sockaddr *) &own, &length) < 0 ||
               own.sin_port == r->to.sin_port;
}

static int port_answered(Relay *r)
{
        int error = 0;
        socklen_t length = sizeof(error);
        if (getsockopt(r->port_fd, SOL_SOCKET, SO_ERROR, &error, &length) < 0 || error != 0 || is_own(r))
                return pause_listening(r);
        return let_in(r);
}

static int port_answered_later(Relay *r)
{
        int k = watch(r, r->port_fd, NULL, EPOLLOUT, 0);
        return k < 0 ? k : port_answered(r);
}

static bool has_answered(int fd)
{
        struct pollfd p = {.fd = fd, .events = POLLOUT};
        return poll(&p, 1, 0) > 0;
}

static int somebody_waits(Relay *r)
{
        int one = 1;
        r->port_fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (r->port_fd < 0)
                return pause_listening(r);
        (void) setsockopt(r->port_fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
        if (connect(r->port_fd, (const struct sockaddr *) &r->to, sizeof(r->to)) < 0 && errno != EINPROGRESS)
                return pause_listening(r);
        /* Over the loopback device the answer is here by now, unless the backlog is full. */
        if (has_answered(r->port_fd))
                return port_answered(r);
        r->resumes = now_msec() + PAUSE_MSEC; /* the kernel would wait a second before it asks again */
        int k = watch(r, r->port_fd, &r->port_fd, 0, EPOLLOUT);
        return k < 0 ? k : listen_again(r, false);
}

static int resume(Relay *r)
{
        if (r->port_fd >= 0 && has_answered(r->port_fd)) /* among more events than were served */
                return port_answered_later(r);
        if (r->port_fd >= 0)
                close(TAKE_FD(r->port_fd));
        r->resumes = 0;
        return listen_again(r, true);
}

static int run(Relay *r)
{
        struct epoll_event events[EVENTS];
        int k = listen_again(r, true);
        while (k >= 0) {
                int n = epoll_wait(r->epoll, events, EVENTS, r->resumes > 0 ? PAUSE_MSEC : -1);
                if (n < 0 && errno != EINTR)
                        return -errno;
                for (int i = 0; i < n && k >= 0; i++)
                        if (events[i].data.ptr == &r->listener)
                                k = somebody_waits(r);
                        else if (events[i].data.ptr == &r->port_fd)
                                k = port_answered_later(r);
                        else
                                serve(r, events[i].data.ptr);
                free_over(r);
                if (k >= 0 && r->resumes > 0 && now_msec() >= r->resumes)
                        k = resume(r);
        }
        return k;
}

/* Two descriptors for each connection. */
static void raise_limit(void)
{
        struct rlimit limit;
        if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
                limit.rlim_cur = limit.rlim_max;
                (void) setrlimit(RLIMIT_NOFILE, &limit);
        }
}

int relay_run(int listener, uint16_t port)
{
        _cleanup_close_ int epoll = epoll_create1(EPOLL_CLOEXEC);
        _cleanup_free_ Relay *r = calloc(1, sizeof(*r));
        if (epoll < 0)
                return -errno;
        if (!r)
                return -ENOMEM;
        if (fcntl(listener, F_SETFL, O_NONBLOCK) < 0)
                return -errno;
        raise_limit();
        r->epoll = epoll;
        r->listener = listener;
        r->port_fd = -1;
        r->to = (struct sockaddr_in){
                .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        return run(r);
}
