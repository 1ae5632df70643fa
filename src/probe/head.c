/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "probe/head.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#define STATUS_LINE_PREFIX "HTTP/1.x NNN"

static int digit(char c)
{
        return c >= '0' && c <= '9' ? c - '0' : -1;
}

/* "HTTP/1." digit, a blank, three digits, then a blank or the end of the line. */
static int parse_status(const char *line, size_t length, unsigned *ret)
{
        static const char start[] = "HTTP/1.";
        if (length < strlen(STATUS_LINE_PREFIX) || memcmp(line, start, strlen(start)) != 0)
                return -EBADMSG;
        const char *p = line + strlen(start);
        if (digit(p[0]) < 0 || p[1] != ' ')
                return -EBADMSG;
        int a = digit(p[2]), b = digit(p[3]), c = digit(p[4]);
        if (a < 1 || a > 5 || b < 0 || c < 0)
                return -EBADMSG;
        if (length > strlen(STATUS_LINE_PREFIX) && p[5] != ' ')
                return -EBADMSG;
        *ret = (unsigned) (a * 100 + b * 10 + c);
        return 0;
}

/* Length of the line at `data` without its end; `ret_next` is where the next one begins. -EAGAIN when the
 * line has not ended yet. */
static int line_length(const char *data, size_t length, size_t *ret, size_t *ret_next)
{
        const char *end = memchr(data, '\n', length);
        if (!end)
                return -EAGAIN;
        size_t n = (size_t) (end - data);
        *ret_next = n + 1;
        *ret = n > 0 && data[n - 1] == '\r' ? n - 1 : n;
        return 0;
}

/* Something that cannot become a status line any more is refused before its line ends: a TLS server would
 * otherwise be waited for. */
static int check_beginning(const char *data, size_t length)
{
        static const char start[] = "HTTP/1.";
        size_t n = length < strlen(start) ? length : strlen(start);
        return memcmp(data, start, n) == 0 ? 0 : -EBADMSG;
}

int http_head_parse(const char *data, size_t length, HttpHead *ret)
{
        if (length == 0)
                return 0;
        if (check_beginning(data, length) < 0)
                return -EBADMSG;
        size_t bound = length < HTTP_HEAD_MAX ? length : HTTP_HEAD_MAX;
        HttpHead head = {0};
        size_t at = 0, n, next;
        while (line_length(data + at, bound - at, &n, &next) >= 0) {
                if (at == 0) {
                        if (parse_status(data, n, &head.status) < 0)
                                return -EBADMSG;
                        head.status_line = n;
                } else if (n == 0) {
                        head.length = at + next;
                        *ret = head;
                        return 1;
                }
                at += next;
        }
        return bound == HTTP_HEAD_MAX ? -EBADMSG : 0;
}

size_t http_head_line(const char *data, size_t length, char *text, size_t size)
{
        size_t n, next;
        if (line_length(data, length, &n, &next) < 0)
                n = next = length;
        size_t shown = n < size ? n : size - 1;
        for (size_t i = 0; i < shown; i++)
                text[i] = isprint((unsigned char) data[i]) ? data[i] : '?';
        text[shown] = '\0';
        if (shown < n)
                memcpy(text + size - sizeof("..."), "...", sizeof("..."));
        return next;
}
