/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

#define UUID_TEXT_SIZE 37 /* 36 characters and the NUL */

/* A random UUID (RFC 9562, version 4) in lower-case text. */
int uuid_new(char ret[UUID_TEXT_SIZE]);

/* Lower-case hexadecimal in the 8-4-4-4-12 form. */
bool uuid_is_valid(const char *s);
