/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A piece of foreign text inside a message: what a terminal would act on (control bytes) and what is not
 * UTF-8 becomes '?', and a long text is cut, with dots, between two characters.
 */

#include <stddef.h>

#define EXCERPT_SIZE 84

/* Returns `ret`. */
const char *excerpt(const char *s, size_t length, char ret[EXCERPT_SIZE]);
