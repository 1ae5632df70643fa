/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* HAProxy's answers, as text to values; apart from the socket so that it is fuzzed. */

#include <stddef.h>

#include "router/router.h"

/* Answers of "show servers state" and "show servers conn" (NULL: sessions are not asked for). -EBADMSG. */
int router_parse_servers(const char *state, const char *connections, RouterServer **ret, size_t *ret_n,
                         Error *e);

/* What a command that changes something was answered. */
typedef enum RouterReply {
        ROUTER_REPLY_OK,      /* nothing, or a known good text */
        ROUTER_REPLY_MISSING, /* there is no such server, backend, map entry */
        ROUTER_REPLY_EXISTS,  /* a server of that name */
        ROUTER_REPLY_BUSY,    /* a server still has connections */
        ROUTER_REPLY_REFUSED, /* any other complaint */
} RouterReply;

RouterReply router_classify_reply(const char *reply);

/* 0, or -EIO with the complaint, one line of it. */
int router_parse_reply(const char *reply, Error *e);

/* Answer of "get map": the value, or NULL where there is no such entry. -EBADMSG. */
int router_parse_map_entry(const char *reply, char **ret);

/* What makes a running map what its file says. */
typedef struct RouterChange {
        char *key, *value; /* value NULL: the entry goes */
} RouterChange;

typedef struct RouterChanges {
        RouterChange *changes;
        size_t n;
} RouterChanges;

void router_changes_clear(RouterChanges *c);

/* Answer of "show map", and "key value" a line. -EBADMSG. */
int router_compare_map(const char *reply, const char *wanted, RouterChanges *ret);

/* Number of successful and failed reloads in "show proc". -EBADMSG. */
int router_parse_proc(const char *reply, unsigned *ret_reloads, unsigned *ret_failed);

/* The workers in "show proc", their connections left out. -EAGAIN: the list is cut off, the master is being
 * reloaded. */
int router_parse_workers(const char *reply, RouterWorker **ret, size_t *ret_n);

/* A number in "show info". -EBADMSG. */
int router_parse_info(const char *reply, const char *name, uint64_t *ret);

/* Answer of "reload" to the master. 1: done; 0: it does not say (HAProxy 2.6 answers nothing); -EBADMSG:
 * refused, with HAProxy's own words. */
int router_parse_reload(const char *reply, Error *e);
