/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Questions about strings and numbers in them, with every bound checked. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline bool streq(const char *a, const char *b)
{
        return strcmp(a, b) == 0;
}

/* Either may be NULL; NULL equals NULL only. */
bool text_equal(const char *a, const char *b);

/* What follows `prefix`, or NULL when `s` does not start with it. */
const char *text_after(const char *s, const char *prefix);

bool text_ends_with(const char *s, const char *suffix);

/* A path like "public/assets": neither absolute nor with "." or ".." or an empty component, but for a slash
 * at its end. "" is one. */
bool text_is_path_below(const char *s);

/* Decimal digits only, the whole string, within `max`: no sign, blank or empty. -EINVAL, -ERANGE. */
int text_parse_uint(const char *s, uint64_t max, uint64_t *ret);

/* "90", "90s", "20min", "1h" in seconds. -EINVAL, -ERANGE. */
int text_parse_seconds(const char *s, uint64_t *ret);

/* "512M", "2G", "2GiB", "1024" in bytes; K, M, G, T are powers of 1024. -EINVAL, -ERANGE. */
int text_parse_bytes(const char *s, uint64_t *ret);

/* Valid UTF-8 without NUL (RFC 3629: no surrogates, nothing above U+10FFFF, no overlong form). */
bool text_is_utf8(const char *s, size_t length);

/* Replaces the contents of *p by a copy of `s` (NULL allowed). -ENOMEM leaves *p. */
int text_replace(char **p, const char *s);
