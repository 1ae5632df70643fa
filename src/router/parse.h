/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* HAProxy's answers, as text to values; apart from the socket so that it is fuzzed. */

#include <stddef.h>

#include "router/router.h"

/* Answer of "show servers state" and "show servers conn". -EBADMSG. */
int router_parse_servers(const char *state, const char *connections, RouterServer **ret, size_t *ret_n,
                         Error *e);

/* "add", "set", "del" commands answer nothing, a known good text, or a complaint: 0 or -EIO with it. */
int router_parse_reply(const char *reply, Error *e);

/* Number of successful and failed reloads in "show proc". -EBADMSG. */
int router_parse_proc(const char *reply, unsigned *ret_reloads, unsigned *ret_failed);
