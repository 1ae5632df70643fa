/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What `paas run` and paas-attach(8) say to each other over a socket of packets, one line a packet:
 *
 *     hello tty 24 80 xterm-256color     from `paas`: what it is; or "hello pipes"
 *     open                               back, with descriptors: the terminal's master, or in, out and err
 *     reason time-limit                  why it will end now; or "memory", "stopped"
 *     end exited 7                       the last word; or "end killed 9"
 *
 * Whoever goes away closes the socket, which the other one sees.
 */

#include <stdbool.h>
#include <stddef.h>

#define ATTACH_LINE_MAX 128
#define ATTACH_TERM_MAX 64
#define ATTACH_FDS_MAX 3

typedef enum AttachType {
        ATTACH_HELLO,
        ATTACH_OPEN,
        ATTACH_REASON,
        ATTACH_END,
} AttachType;

typedef enum AttachReason {
        ATTACH_NO_REASON,
        ATTACH_TIME_LIMIT,
        ATTACH_MEMORY,
        ATTACH_STOPPED,
        _ATTACH_REASON_MAX,
} AttachReason;

typedef struct AttachMessage {
        AttachType type;
        bool tty; /* of a hello, as are the next three */
        unsigned rows, columns;
        char term[ATTACH_TERM_MAX + 1];
        AttachReason reason;
        bool killed;     /* of an end: by a signal */
        unsigned status; /* exit status, or the signal */
} AttachMessage;

/* What $TERM may be: letters, digits, "-", "_", ".", "+". */
bool attach_term_is_valid(const char *term);

/* The line's length. */
size_t attach_format(const AttachMessage *m, char ret[ATTACH_LINE_MAX]);

/* -EBADMSG: not one of those lines. */
int attach_parse(const char *line, size_t length, AttachMessage *ret);

/* "its time limit of 60 s is over", …; "" for none. `limit` in seconds. */
void attach_describe(AttachReason reason, unsigned long long limit, char ret[96]);
