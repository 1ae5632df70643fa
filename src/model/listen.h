/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The three kinds of a web process's socket (docs/routing.md). */

typedef enum Listen {
        LISTEN_PORT,   /* the process binds $PORT */
        LISTEN_SOCKET, /* systemd holds a socket and hands it over as fd 3 */
        LISTEN_PROXY,  /* systemd holds it, and a proxy of paas-init hands on to $PORT */
        _LISTEN_MAX,
} Listen;

const char *listen_to_string(Listen l);
int listen_from_string(const char *s, Listen *ret); /* -EINVAL; NULL too */
