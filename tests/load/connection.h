/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A client's TCP connection, with TLS or without, that never blocks. */

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-event.h>

typedef struct Connection Connection;

/* Where the router is. Owned by main(), outlives every connection. */
typedef struct Target {
        sd_event *event;
        int epoll; /* the connections', and below it connections_dispatch() in the event loop */
        Connection *closed, *failed; /* to be freed; to be told that they failed at once */
        SSL_CTX *tls;
        const char *host;    /* the application's name */
        const char *address; /* a loopback address */
        uint16_t http, https;
} Target;

typedef struct ConnectionEvents {
        void (*opened)(void *userdata);
        void (*received)(void *userdata, const uint8_t *data, size_t length);
        /* The last that is heard of it. 0: the other side closed it in order; else a negative errno. */
        void (*ended)(void *userdata, int error);
} ConnectionEvents;

/* Makes the epoll and its place in the loop. Thousands of connections that are ready at the same time are
 * then one source: sd-event would ask the kernel for all of them before each one that it serves. */
int connections_begin(Target *t);

/* What the kernel has for the connections is told now: before a request is sent, so that it is not sent on
 * one that has ended. */
void connections_serve(Target *t);

/* To be called now and then: what failed at once is told. */
void connections_tell_failed(Target *t);

/* Never NULL: what fails at once is told by ended(), from the loop. */
Connection *connection_open(Target *t, bool tls, bool http2, const ConnectionEvents *events, void *userdata);

/* When it was asked for, CLOCK_MONOTONIC. */
uint64_t connection_begun(const Connection *c);

/* What cannot be sent now is kept. An error is told by ended(), after what the other side had still sent. */
void connection_send(Connection *c, const void *data, size_t length);

/* No event comes afterwards; allowed within an event of its own. Takes NULL, returns NULL. */
Connection *connection_close(Connection *c);
