/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Standard output as a terminal, or not. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum Style {
        STYLE_PLAIN,
        STYLE_HEAD, /* headings */
        STYLE_GOOD,
        STYLE_BAD,
        STYLE_DIM,
} Style;

bool term_is_terminal(void);

/* A terminal, and neither NO_COLOR (no-color.org) nor a terminal that cannot. */
bool term_has_colour(void);

/* Columns of the terminal; 0 when it is none. */
size_t term_width(void);

/* What switches the style on; "" without colours. And off. */
const char *term_begin(Style s);
const char *term_end(Style s);

/* Prints foreign text so that it can do nothing to a terminal. */
void term_print(const char *text);

/* "34M", "1.2G"; "3m ago" is made of clock_format_age(). */
void term_format_bytes(uint64_t bytes, char ret[16]);

/* "2026-11-21 03:27" in UTC, or "" for 0. */
void term_format_time(uint64_t usec, char ret[32]);

/* How long ago, "3m"; "" for 0. */
void term_format_since(uint64_t usec, char ret[16]);
