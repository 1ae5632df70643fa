/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Who listens where, from the kernel's tables of TCP sockets (/proc/net/tcp and tcp6). */

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

typedef struct Listener {
        struct in6_addr address; /* IPv4 ones are mapped: ::ffff:127.0.0.1 */
        bool v4;
        uint16_t port;
        uid_t uid;
} Listener;

typedef struct Listeners {
        Listener *list;
        size_t n, allocated;
} Listeners;

#define LISTENERS_NULL ((Listeners){0})

int listeners_add(Listeners *list, const Listener *l);

/* Adds the listening sockets of one table's text; lines that are none are left out. `v4`: the form of
 * /proc/net/tcp. */
int listeners_parse(const char *text, bool v4, Listeners *list);

/* Reads both tables from `directory` ("/proc/self/net"). A kernel without IPv6 has only one. */
int listeners_read(const char *directory, Listeners *ret);

void listeners_clear(Listeners *list);
#define _cleanup_listeners_ _cleanup_(listeners_clear)

/* Whether a connection to 127.0.0.1 arrives there. */
bool listener_takes_loopback(const Listener *l);

#define LISTENER_TEXT_SIZE 56

/* "127.0.0.1:3000", "[::1]:3000". */
void listener_format(const Listener *l, char ret[LISTENER_TEXT_SIZE]);
