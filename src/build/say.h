/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the pusher reads, in Heroku's style: a step, details under it indented by seven blanks, a warning or
 * an error behind an exclamation mark. All to standard output, so that the order is that of the packs'
 * output. A text of several lines is indented as a whole. */

#include "basic/cleanup.h"

void say_step(const char *format, ...) _printf_(1, 2);    /* "-----> " */
void say_detail(const char *format, ...) _printf_(1, 2);  /* "       " */
void say_problem(const char *format, ...) _printf_(1, 2); /* " !     " */

/* Returns a copy in which control bytes are replaced by '?': names out of a tar are foreign text. At most
 * `max` bytes; a longer one ends in "…". NULL when out of memory. */
char *say_printable(const char *text, size_t max);
