/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The beginning of an HTTP/1 answer's body, out of its chunks where it comes in some. Foreign bytes. */

#include <stdbool.h>
#include <stddef.h>

#include "probe/head.h"

/* Copies the value of the last header field of that name as printable text; false: there is none. */
bool http_field(const char *data, const HttpHead *head, const char *name, char *text, size_t size);

/* `data` begins with the head. Puts at most `size` bytes of the body into `out`. 1: that is all of it, or as
 * much as fits; 0: more may come; -EBADMSG: no valid chunks, and `out` has what was before. */
int http_body(const char *data, size_t length, const HttpHead *head, char *out, size_t size, size_t *ret);
