/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/term.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "basic/clock.h"
#include "client/foreign.h"

bool term_is_terminal(void)
{
        return isatty(STDOUT_FILENO);
}

bool term_has_colour(void)
{
        const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
        return term_is_terminal() && !(no && *no) && !(term && strcmp(term, "dumb") == 0);
}

size_t term_width(void)
{
        struct winsize size = {0};
        return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

const char *term_begin(Style s)
{
        static const char *const sequences[] = {
                [STYLE_PLAIN] = "",         [STYLE_HEAD] = "\033[1m", [STYLE_GOOD] = "\033[32m",
                [STYLE_BAD] = "\033[1;31m", [STYLE_DIM] = "\033[2m",
        };
        return term_has_colour() ? sequences[s] : "";
}

const char *term_end(Style s)
{
        return s != STYLE_PLAIN && term_has_colour() ? "\033[0m" : "";
}

void term_print(const char *text)
{
        _cleanup_buffer_ Buffer b = BUFFER_NULL;
        foreign_append(&b, text, strlen(text));
        if (b.data)
                fputs(b.data, stdout);
}

void term_format_bytes(uint64_t bytes, char ret[16])
{
        static const char units[] = "BKMGTPE";
        size_t i = 0;
        double value = (double) bytes;
        for (; value >= 1000 && units[i + 1]; i++)
                value /= 1024;
        snprintf(ret, 16, value < 10 && i > 0 ? "%.1f%c" : "%.0f%c", value, units[i]);
}

void term_format_time(uint64_t usec, char ret[32])
{
        char text[CLOCK_TEXT_SIZE];
        ret[0] = '\0';
        if (usec == 0)
                return;
        clock_format(usec, text);
        snprintf(ret, 32, "%.10s %.5s", text, text + 11);
}

void term_format_since(uint64_t usec, char ret[16])
{
        uint64_t now = clock_realtime();
        ret[0] = '\0';
        if (usec > 0)
                clock_format_age(now > usec ? now - usec : 0, ret);
}
