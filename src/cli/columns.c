/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/columns.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "basic/buffer.h"
#include "client/foreign.h"

#define GAP 2

void columns_clear(Columns *c)
{
        for (size_t i = 0; i < c->n_cells; i++)
                free(c->cells[i].text);
        free(c->cells);
        *c = (Columns){0};
}

static void put(Columns *c, Style style, const char *text, size_t length)
{
        _cleanup_buffer_ Buffer b = BUFFER_NULL;
        Cell *cells = reallocarray(c->cells, c->n_cells + 1, sizeof(Cell));
        if (!cells) {
                c->failed = true;
                return;
        }
        c->cells = cells;
        cells[c->n_cells] = (Cell){.style = style};
        foreign_append(&b, text, length);
        if (buffer_finish(&b, &cells[c->n_cells].text, NULL) < 0)
                c->failed = true;
        else
                c->n_cells++;
}

Columns columns_new(const char *headings)
{
        Columns c = {0};
        for (const char *p = headings;;) {
                size_t n = strcspn(p, "|");
                put(&c, STYLE_HEAD, p, n);
                c.n++;
                c.n_headings++;
                if (!p[n])
                        return c;
                p += n + 1;
        }
}

void columns_put(Columns *c, const char *text)
{
        put(c, STYLE_PLAIN, text, strlen(text));
}

void columns_put_style(Columns *c, Style style, const char *text)
{
        put(c, style, text, strlen(text));
}

void columns_putf(Columns *c, const char *format, ...)
{
        char *text = NULL;
        va_list ap;
        va_start(ap, format);
        if (vasprintf(&text, format, ap) < 0)
                text = NULL;
        va_end(ap);
        if (text)
                columns_put(c, text);
        else
                c->failed = true;
        free(text);
}

static void print_cell(const Cell *cell, size_t width, size_t pad)
{
        printf("%s%s%s", term_begin(cell->style), cell->text, term_end(cell->style));
        if (pad > width)
                printf("%*s", (int) (pad - width), "");
}

/* Cut where the line ends. */
static void print_last(const Cell *cell, size_t room)
{
        size_t width = text_width(cell->text);
        if (room == 0 || width <= room) {
                print_cell(cell, width, 0);
                return;
        }
        printf("%s%.*s…%s", term_begin(cell->style), (int) text_fit(cell->text, room - 1), cell->text,
               term_end(cell->style));
}

static void print_rows(const Columns *c, const size_t *widths)
{
        size_t terminal = term_width(), before = 0;
        for (size_t i = 0; i + 1 < c->n; i++)
                before += widths[i] + GAP;
        size_t room = terminal > before + 8 ? terminal - before : 0;

        for (size_t i = 0; i < c->n_cells; i++) {
                size_t column = i % c->n;
                const Cell *cell = &c->cells[i];
                if (column + 1 == c->n) {
                        print_last(cell, room);
                        putchar('\n');
                } else
                        print_cell(cell, text_width(cell->text), widths[column] + GAP);
        }
}

int columns_print(const Columns *c, const char *nothing)
{
        if (c->failed)
                return -ENOMEM;
        if (c->n_cells <= c->n_headings) {
                if (nothing)
                        printf("%s\n", nothing);
                return 0;
        }
        size_t *widths = calloc(c->n, sizeof(size_t));
        if (!widths)
                return -ENOMEM;
        for (size_t i = 0; i < c->n_cells; i++) {
                size_t w = text_width(c->cells[i].text);
                if (w > widths[i % c->n])
                        widths[i % c->n] = w;
        }
        print_rows(c, widths);
        free(widths);
        return 0;
}
