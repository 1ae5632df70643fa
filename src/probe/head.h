/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The head of an HTTP/1 answer: its status line and header fields. What an application sends is foreign. */

#include <stddef.h>

#define HTTP_HEAD_MAX 32768 /* bytes of a head that are read */

typedef struct HttpHead {
        unsigned status;    /* 100..599 */
        size_t length;      /* bytes of the head, the empty line included */
        size_t status_line; /* bytes of the first line, its end left out */
} HttpHead;

/* 1 with `ret`; 0 when more bytes are needed; -EBADMSG when this is no HTTP/1 answer. Lines may end in a
 * bare line feed. */
int http_head_parse(const char *data, size_t length, HttpHead *ret);

/* Copies one line (without its end) as printable text: whatever is not printable ASCII becomes '?', what
 * does not fit is cut with "...". `size` is at least 4. Returns the offset of the next line. */
size_t http_head_line(const char *data, size_t length, char *text, size_t size);
