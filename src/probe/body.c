/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "probe/body.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "basic/text.h"

#define LINE_MAX 256 /* bytes of a field or a chunk's head that are looked at */

bool http_field(const char *data, const HttpHead *head, const char *name, char *text, size_t size)
{
        size_t n = strlen(name);
        bool found = false;
        for (size_t at = 0; at < head->length;) {
                char line[LINE_MAX];
                at += http_head_line(data + at, head->length - at, line, sizeof(line));
                if (strncasecmp(line, name, n) != 0 || line[n] != ':')
                        continue;
                const char *value = line + n + 1;
                value += strspn(value, " ?"); /* a tab is shown as '?' */
                size_t length = strcspn(value, " ");
                if (length >= size)
                        continue;
                memcpy(text, value, length);
                text[length] = '\0';
                found = true;
        }
        return found;
}

static size_t take(const char *from, size_t length, char *out, size_t size, size_t *n)
{
        size_t fits = size - *n < length ? size - *n : length;
        memcpy(out + *n, from, fits);
        *n += fits;
        return fits;
}

/* "1a;extension": the number of bytes that follow. */
static int parse_chunk_head(const char *line, uint64_t *ret)
{
        static const char digits[] = "0123456789abcdef";
        uint64_t n = 0;
        size_t i = 0;
        for (; line[i]; i++) {
                char c = (char) (line[i] >= 'A' && line[i] <= 'F' ? line[i] - 'A' + 'a' : line[i]);
                const char *digit = strchr(digits, c);
                if (!digit)
                        break;
                if (n > UINT32_MAX)
                        return -EBADMSG;
                n = n * 16 + (uint64_t) (digit - digits);
        }
        if (i == 0 || (line[i] && line[i] != ';' && line[i] != ' '))
                return -EBADMSG;
        *ret = n;
        return 0;
}

static int take_chunks(const char *data, size_t length, char *out, size_t size, size_t *n)
{
        for (size_t at = 0; *n < size;) {
                char line[LINE_MAX];
                uint64_t chunk;
                if (!memchr(data + at, '\n', length - at))
                        return length - at > LINE_MAX ? -EBADMSG : 0;
                at += http_head_line(data + at, length - at, line, sizeof(line));
                if (parse_chunk_head(line, &chunk) < 0)
                        return -EBADMSG;
                if (chunk == 0)
                        return 1;
                size_t there = length - at < chunk ? length - at : (size_t) chunk;
                take(data + at, there, out, size, n);
                at += there;
                if (there < chunk || !memchr(data + at, '\n', length - at))
                        return *n < size ? 0 : 1;
                at += http_head_line(data + at, length - at, line, sizeof(line));
                if (line[0])
                        return -EBADMSG;
        }
        return 1;
}

int http_body(const char *data, size_t length, const HttpHead *head, char *out, size_t size, size_t *ret)
{
        char text[32];
        uint64_t whole;
        const char *body = data + head->length;
        size_t there = length - head->length;
        *ret = 0;
        if (http_field(data, head, "transfer-encoding", text, sizeof(text)) &&
            strcasecmp(text, "chunked") == 0)
                return take_chunks(body, there, out, size, ret);
        bool sized = http_field(data, head, "content-length", text, sizeof(text)) &&
                     text_parse_uint(text, UINT64_MAX, &whole) >= 0;
        if (sized && there > whole)
                there = (size_t) whole;
        take(body, there, out, size, ret);
        return *ret == size || (sized && there == whole);
}
