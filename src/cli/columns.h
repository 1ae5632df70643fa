/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A table for people: columns as wide as what is in them, whatever script it is written in. What is put in
 * is foreign text and made harmless. On a terminal the last column is cut where the line ends.
 */

#include <stdbool.h>
#include <stddef.h>

#include "cli/term.h"

typedef struct Cell {
        char *text; /* owned; harmless */
        Style style;
} Cell;

typedef struct Columns {
        size_t n;          /* columns */
        size_t n_headings; /* n, or 0 for a table without */
        Cell *cells;
        size_t n_cells;
        bool failed; /* out of memory */
} Columns;

/* `headings` separated by '|': "PROCESS|STATE". */
Columns columns_new(const char *headings);

/* The next cell, row by row. */
void columns_put(Columns *c, const char *text);
void columns_put_style(Columns *c, Style style, const char *text);
void columns_putf(Columns *c, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Prints to standard output; without rows only `nothing`, when it is not NULL. -ENOMEM. */
int columns_print(const Columns *c, const char *nothing);

void columns_clear(Columns *c);
#define _cleanup_columns_ __attribute__((cleanup(columns_clear)))
