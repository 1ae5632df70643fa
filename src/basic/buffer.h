/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A growing run of bytes, always followed by a NUL that does not count. A failed allocation is remembered
 * and reported once, by buffer_finish(), so that code which renders text has no error path per line.
 */

#include <stdbool.h>
#include <stddef.h>

#include "basic/cleanup.h"

typedef struct Buffer {
        char *data; /* owned; NULL while empty */
        size_t length;
        size_t allocated;
        bool failed; /* an allocation failed: buffer_finish() says -ENOMEM */
} Buffer;

#define BUFFER_NULL ((Buffer){0})

void buffer_append(Buffer *b, const void *data, size_t length);
void buffer_puts(Buffer *b, const char *text);
void buffer_printf(Buffer *b, const char *format, ...) _printf_(2, 3);

/* Hands the bytes over (never NULL on success, also for an empty buffer). -ENOMEM when any append failed.
 * `ret_length` may be NULL. */
int buffer_finish(Buffer *b, char **ret, size_t *ret_length);

void buffer_clear(Buffer *b);

#define _cleanup_buffer_ _cleanup_(buffer_clear)
