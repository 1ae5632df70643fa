/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One exchange with one of HAProxy's command sockets: a command, and its whole answer. */

#include <stdint.h>

#include "basic/buffer.h"
#include "basic/error.h"

#define ROUTER_COMMAND_TIMEOUT (1 * USEC_PER_SEC)

typedef enum RouterSocket {
        ROUTER_SOCKET_WORKER,
        ROUTER_SOCKET_MASTER, /* answers "show proc" only to the end when nothing more will be asked */
} RouterSocket;

/* `command` without the line feed. -ENOENT, -ECONNREFUSED: nobody listens; -ETIMEDOUT; -EFBIG. */
int router_command(const char *path, RouterSocket kind, const char *command, uint64_t timeout, char **ret,
                   Error *e);

/* The same without waiting: begun, then looked at until it does not return 1 any more. Such a command is
 * short enough for the socket to take it at once. */
typedef struct RouterQuestion {
        int fd; /* -1: none is asked */
        Buffer reply;
} RouterQuestion;

#define ROUTER_QUESTION_NULL ((RouterQuestion){.fd = -1})

int router_question_begin(RouterQuestion *q, const char *path, RouterSocket kind, const char *command);
int router_question_look(RouterQuestion *q,
                         char **ret); /* 1: no answer yet; 0: `ret`; or a negative errno */
void router_question_clear(RouterQuestion *q);

/* Whether HAProxy reads `s` as one word of a command, and as nothing else. */
int router_check_word(const char *s, Error *e);
