/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One question to an instance: connect, GET /, the head of the answer. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "probe/head.h"

/* In the order of how much they tell. */
typedef enum AttemptOutcome {
        ATTEMPT_REFUSED,  /* nobody listens */
        ATTEMPT_FAILED,   /* connecting failed otherwise */
        ATTEMPT_SILENT,   /* accepted, and said nothing before the time was over */
        ATTEMPT_CLOSED,   /* accepted, and closed without a whole answer */
        ATTEMPT_NOT_HTTP, /* said something else */
        ATTEMPT_ANSWERED, /* `head` is set */
} AttemptOutcome;

typedef struct Attempt {
        AttemptOutcome outcome;
        int error; /* ATTEMPT_FAILED: the errno */
        HttpHead head;
        char data[HTTP_HEAD_MAX]; /* what was received, the final head at its beginning */
        size_t length;
} Attempt;

typedef struct Target {
        struct sockaddr_storage address;
        socklen_t address_length;
        const char *host; /* the Host header */
} Target;

/* `deadline`: of CLOCK_MONOTONIC, in microseconds. */
void attempt_make(const Target *target, uint64_t deadline, Attempt *ret);
