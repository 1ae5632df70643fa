/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/foreign.h"

#include <locale.h>
#include <stdint.h>
#include <string.h>
#include <wchar.h>

#include "basic/text.h"

/* The character at `s` and its length; 0 when the bytes are not UTF-8. */
static size_t character(const char *s, size_t length, uint32_t *ret)
{
        const unsigned char *p = (const unsigned char *) s;
        size_t n = p[0] < 0x80 ? 1 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;

        if (n == 1) {
                *ret = p[0];
                return 1;
        }
        if (n > length || !text_is_utf8(s, n))
                return 0;
        uint32_t c = p[0] & (0xffU >> (n + 1));
        for (size_t i = 1; i < n; i++)
                c = c << 6 | (p[i] & 0x3f);
        *ret = c;
        return n;
}

static bool turns_direction(uint32_t c)
{
        return c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x2028 && c <= 0x202e) ||
               (c >= 0x2066 && c <= 0x2069);
}

static bool is_harmful(uint32_t c)
{
        return (c < 0x20 && c != '\t') || (c >= 0x7f && c < 0xa0) || turns_direction(c);
}

void foreign_append(Buffer *b, const char *s, size_t length)
{
        for (size_t i = 0; i < length;) {
                uint32_t c;
                size_t n = character(s + i, length - i, &c);
                if (n == 0) {
                        buffer_printf(b, "\\x%02x", (unsigned char) s[i]);
                        n = 1;
                } else if (!is_harmful(c)) {
                        buffer_append(b, s + i, n);
                } else if (c < 0x20 || c == 0x7f) {
                        buffer_printf(b, "^%c", (char) (c ^ 0x40));
                } else {
                        buffer_printf(b, "\\u%04x", c);
                }
                i += n;
        }
}

bool foreign_is_harmless(const char *s, size_t length)
{
        for (size_t i = 0; i < length;) {
                uint32_t c;
                size_t n = character(s + i, length - i, &c);
                if (n == 0 || is_harmful(c))
                        return false;
                i += n;
        }
        return true;
}

/* Bytes and columns of the character at `s`. */
static size_t measure(const char *s, size_t length, size_t *ret_columns)
{
        static bool prepared;
        uint32_t c;
        size_t n = character(s, length, &c);

        *ret_columns = 1;
        if (n <= 1)
                return 1;
        /* wcwidth(3) knows only the locale's characters; most text needs none of this. */
        if (!prepared)
                setlocale(LC_CTYPE, "C.UTF-8");
        prepared = true;
        int columns = wcwidth((wchar_t) c);
        *ret_columns = columns > 0 ? (size_t) columns : 0;
        return n;
}

size_t text_fit(const char *s, size_t columns)
{
        size_t length = strlen(s), i = 0;
        while (i < length) {
                size_t wide, n = measure(s + i, length - i, &wide);
                if (wide > columns)
                        break;
                columns -= wide;
                i += n;
        }
        return i;
}

size_t text_width(const char *s)
{
        size_t width = 0, length = strlen(s);
        for (size_t i = 0; i < length;) {
                size_t wide;
                i += measure(s + i, length - i, &wide);
                width += wide;
        }
        return width;
}
