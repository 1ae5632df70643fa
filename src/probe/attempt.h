/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One question to an instance: connect, GET, the head of the answer, and of its body what is looked at. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "model/check.h"
#include "probe/head.h"

/* In the order of how much they tell. */
typedef enum AttemptOutcome {
        ATTEMPT_REFUSED,  /* nobody listens */
        ATTEMPT_FAILED,   /* connecting failed otherwise */
        ATTEMPT_QUEUED,   /* connected, and nobody accepted it before the time was over */
        ATTEMPT_SILENT,   /* accepted, and said nothing before the time was over */
        ATTEMPT_CLOSED,   /* accepted, and closed without a whole answer */
        ATTEMPT_NOT_HTTP, /* said something else */
        ATTEMPT_ANSWERED, /* `head` is set; of a check for `listening` it is empty */
} AttemptOutcome;

typedef struct Attempt {
        AttemptOutcome outcome;
        int error; /* ATTEMPT_REFUSED, ATTEMPT_FAILED: the errno */
        HttpHead head;
        char data[HTTP_HEAD_MAX]; /* what was received, the final head at its beginning */
        size_t length;
        char body[CHECK_CONTENT_WINDOW]; /* its beginning, when the head alone did not decide */
        size_t body_length;
} Attempt;

typedef struct Target {
        struct sockaddr_storage address;
        socklen_t address_length;
        const char *host;   /* the Host header */
        const Check *check; /* path or listening; NULL: GET /, below 500 */
        const char *path;   /* of a unix socket, which systemd holds: connecting to it always succeeds */
        uint64_t queue_deadline; /* until then a connection to that waits for somebody to accept it */
} Target;

/* `deadline`: of CLOCK_MONOTONIC, in microseconds. */
void attempt_make(const Target *target, uint64_t deadline, Attempt *ret);

/* Whether that is what was asked for. */
bool attempt_passed(const Target *target, const Attempt *a);
