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

/* How many sessions of clients the answer of "show sess" has. */
uint64_t router_parse_session_count(const char *reply);

/* Whether the answer of "show sess ID" is of the session that was listed, at the server where it was. */
bool router_parse_is_session(const char *reply, const RouterSession *s);

/* Answer of "show stat BACKEND 4 -1". -EBADMSG. */
int router_parse_counts(const char *reply, RouterCount **ret, size_t *ret_n, Error *e);
