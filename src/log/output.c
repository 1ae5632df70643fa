/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "log/output.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "basic/buffer.h"
#include "basic/clock.h"
#include "basic/file.h"
#include "basic/text.h"
#include "json/json.h"

/* Length of the colour sequence at `p`, or 0. */
static size_t colour_length(const char *p, size_t left)
{
        size_t n = 2;
        if (left < 3 || p[0] != '\033' || p[1] != '[')
                return 0;
        while (n < left && n < 32 && ((p[n] >= '0' && p[n] <= '9') || p[n] == ';'))
                n++;
        return n < left && p[n] == 'm' ? n + 1 : 0;
}

char *output_mask(const char *text, size_t length)
{
        _cleanup_buffer_ Buffer b = BUFFER_NULL;
        for (size_t i = 0; i < length;) {
                unsigned char c = (unsigned char) text[i];
                size_t n = colour_length(text + i, length - i);
                if (n == 0)
                        n = 1;
                /* U+0080 to U+009F, in UTF-8, are control characters too. */
                bool c1 = c == 0xc2 && i + 1 < length && ((unsigned char) text[i + 1] & 0xe0) == 0x80;
                if (n == 1 && ((c < 0x20 && c != '\t') || c == 0x7f || c1)) {
                        buffer_puts(&b, "?");
                        i += c1 ? 2 : 1;
                        continue;
                }
                buffer_append(&b, text + i, n);
                i += n;
        }
        char *masked = NULL;
        return buffer_finish(&b, &masked, NULL) < 0 ? NULL : masked;
}

static void format_time(uint64_t realtime, char ret[64])
{
        time_t seconds = (time_t) (realtime / USEC_PER_SEC);
        struct tm tm;
        char day[32] = "";
        if (gmtime_r(&seconds, &tm))
                strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm);
        snprintf(ret, 64, "%s.%06u+00:00", day, (unsigned) (realtime % USEC_PER_SEC));
}

static const char *shown_source(const char *source)
{
        if (streq(source, "router") || streq(source, "paas"))
                return "paas";
        return source;
}

static int put_json(Buffer *b, const JournalLine *line, const char *when, const char *message)
{
        _cleanup_json_ Json *j = js_object();
        _cleanup_free_ char *text = NULL;
        int r = js_set_string(j, "time", when);
        if (r >= 0)
                r = js_set_string(j, "source", line->source);
        if (r >= 0)
                r = js_set_string(j, "process", line->process);
        if (r >= 0)
                r = js_set_number(j, "priority", line->priority);
        if (r >= 0)
                r = js_set_string(j, "message", message);
        if (r >= 0)
                r = js_format_line(j, &text);
        if (r >= 0)
                buffer_printf(b, "%s\n", text);
        return r;
}

int output_line(void *userdata, const JournalLine *line)
{
        const OutputFormat *format = userdata;
        _cleanup_buffer_ Buffer b = BUFFER_NULL;
        _cleanup_free_ char *masked = output_mask(line->message, line->message_length), *text = NULL;
        char when[64];
        size_t n;
        if (!masked)
                return -ENOMEM;
        format_time(line->realtime, when);
        if (*format == OUTPUT_JSON) {
                bool plain = text_is_utf8(line->message, line->message_length);
                _cleanup_free_ char *copy =
                        plain ? strndup(line->message, line->message_length) : strdup(masked);
                int r = copy ? put_json(&b, line, when, copy) : -ENOMEM;
                if (r < 0)
                        return r == -ENOMEM ? r : 0;
        } else if (*format == OUTPUT_RAW) {
                buffer_printf(&b, "%s\n", masked);
        } else {
                buffer_printf(&b, "%s %s[%s]: %s\n", when, shown_source(line->source), line->process,
                              masked);
        }
        int r = buffer_finish(&b, &text, &n);
        return r < 0 ? r : fd_write_all(STDOUT_FILENO, text, n);
}
