/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * An error that a person will read. Functions return a negative errno; where the number alone would not
 * help ("haproxy said …", "line 3: …"), they also fill a caller-owned Error, always the last parameter.
 * The text names the object, what was tried, why it failed and what to do next.
 */

#include "basic/cleanup.h"

typedef struct Error {
        int code;      /* negative errno, 0 when unset */
        char *message; /* owned; NULL when unset */
} Error;

#define ERROR_NULL ((Error){0})

/* Sets the message (replacing an older one) and returns `code`, so that `return error_set(…)` reads well.
 * `e` may be NULL: then only the code travels. `code` is a negative errno. */
int error_set(Error *e, int code, const char *format, ...) _printf_(3, 4);

/* Puts "context: " in front of the message there is; where there is none, strerror of `code` follows. */
int error_prefix(Error *e, int code, const char *format, ...) _printf_(3, 4);

/* The text to show: the message, or strerror(-code) where no message was set. Never NULL. */
const char *error_text(const Error *e, int code);

void error_clear(Error *e);

#define _cleanup_error_ _cleanup_(error_clear)
