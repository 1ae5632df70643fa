/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "build/say.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "basic/buffer.h"
#include "basic/file.h"

/* `first` stands before the first line, `rest` before the others. One write: packs' output comes between
 * whole lines only. */
static void print_lines(const char *first, const char *rest, const char *format, va_list ap) _printf_(3, 0);
static void print_lines(const char *first, const char *rest, const char *format, va_list ap)
{
        _cleanup_free_ char *text = NULL, *out = NULL;
        if (vasprintf(&text, format, ap) < 0) {
                text = NULL;
                return;
        }

        _cleanup_buffer_ Buffer b = BUFFER_NULL;
        const char *prefix = first;
        for (const char *line = text; *line; prefix = rest) {
                size_t n = strcspn(line, "\n");
                buffer_puts(&b, prefix);
                buffer_append(&b, line, n);
                buffer_puts(&b, "\n");
                line += n + (line[n] == '\n');
        }
        size_t length;
        if (buffer_finish(&b, &out, &length) >= 0)
                (void) fd_write_all(STDOUT_FILENO, out, length);
}

void say_step(const char *format, ...)
{
        va_list ap;
        va_start(ap, format);
        print_lines("-----> ", "       ", format, ap);
        va_end(ap);
}

void say_detail(const char *format, ...)
{
        va_list ap;
        va_start(ap, format);
        print_lines("       ", "       ", format, ap);
        va_end(ap);
}

void say_problem(const char *format, ...)
{
        va_list ap;
        va_start(ap, format);
        print_lines(" !     ", " !     ", format, ap);
        va_end(ap);
}

char *say_printable(const char *text, size_t max)
{
        _cleanup_buffer_ Buffer b = BUFFER_NULL;
        char *ret;

        for (const char *p = text; *p; p++) {
                bool continues = ((unsigned char) *p & 0xc0) == 0x80;
                if (b.length >= max && !continues) {
                        buffer_puts(&b, "…");
                        break;
                }
                bool control = (unsigned char) *p < 0x20 || *p == 0x7f;
                buffer_append(&b, control ? "?" : p, 1);
        }
        return buffer_finish(&b, &ret, NULL) < 0 ? NULL : ret;
}
