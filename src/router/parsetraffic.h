/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* HAProxy's lists of sessions, processes and counters, as text to values; apart from the socket so that they
 * are fuzzed. */

#include "router/traffic.h"

typedef struct RouterSessions {
        RouterSession *list;
        size_t n, allocated;
} RouterSessions;

/* Adds the answer of "show sess" of one worker to the list. -ENOMEM; a line that is none is passed over. */
int router_parse_sessions(const char *reply, unsigned worker, RouterSessions *l);

/* Whether the answer of "show sess ID" is of a session at that server. */
bool router_parse_is_at(const char *reply, const char *backend, const char *server);

/* Answer of "show stat BACKEND 4 -1". -EBADMSG. */
int router_parse_counts(const char *reply, RouterCount **ret, size_t *ret_n, Error *e);
