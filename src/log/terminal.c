/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The terminal's own language, filtered. Escape sequences can retitle a window, answer as if the user had
 * typed, or rewrite lines above; a log is read by people who did not write it. What is let through is the
 * one harmless sequence that logs really use.
 */

#include "log/terminal.h"

#include <stdbool.h>
#include <string.h>

#include "basic/text.h"

#define COLOUR_MAX 64
#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */
#define COLOUR_RESET "\033[0m"

/* The length of the UTF-8 character at `s`, 0 where there is none. */
static size_t character_length(const char *s, size_t length)
{
        unsigned char lead = (unsigned char) s[0];
        size_t n = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
        return n <= length && text_is_utf8(s, n) ? n : 0;
}

/* The length of the colour sequence at `s`, 0 where there is none. */
static size_t colour_length(const char *s, size_t length)
{
        if (length < 3 || s[0] != '\033' || s[1] != '[')
                return 0;
        for (size_t i = 2; i < length && i < COLOUR_MAX; i++) {
                if (s[i] == 'm')
                        return i + 1;
                if (!strchr("0123456789;:", s[i]) || !s[i])
                        return 0;
        }
        return 0;
}

static bool colour_is_reset(const char *s, size_t n)
{
        return (n == 3 && s[2] == 'm') || (n == 4 && memcmp(s, COLOUR_RESET, 4) == 0);
}

static bool is_control(const char *s, size_t n)
{
        unsigned char first = (unsigned char) s[0];
        if (n == 1)
                return (first < 0x20 && first != '\t') || first == 0x7f;
        return n == 2 && first == 0xc2 && (unsigned char) s[1] < 0xa0;
}

void terminal_text(Buffer *b, const char *text, size_t length)
{
        bool coloured = false;

        for (size_t i = 0; i < length;) {
                size_t n = colour_length(text + i, length - i);
                if (n > 0) {
                        coloured = !colour_is_reset(text + i, n);
                        buffer_append(b, text + i, n);
                        i += n;
                        continue;
                }
                n = character_length(text + i, length - i);
                if (n == 0)
                        buffer_puts(b, text[i] ? REPLACEMENT : "?");
                else if (is_control(text + i, n))
                        buffer_puts(b, "?");
                else
                        buffer_append(b, text + i, n);
                i += n ? n : 1;
        }
        if (coloured)
                buffer_puts(b, COLOUR_RESET);
}

void utf8_text(Buffer *b, const char *text, size_t length)
{
        for (size_t i = 0; i < length;) {
                size_t n = character_length(text + i, length - i);
                if (n == 0)
                        buffer_puts(b, REPLACEMENT);
                else
                        buffer_append(b, text + i, n);
                i += n ? n : 1;
        }
}
