/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "log/format.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "basic/clock.h"
#include "basic/text.h"
#include "log/terminal.h"
#include "json/json.h"

#define TIME_SIZE 64

/* As Heroku writes it: to the microsecond, and the zone as an offset. */
static void format_time(uint64_t usec, char ret[TIME_SIZE])
{
        time_t seconds = (time_t) (usec / USEC_PER_SEC);
        struct tm tm;
        char date[32] = "";

        if (gmtime_r(&seconds, &tm))
                strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
        snprintf(ret, TIME_SIZE, "%s.%06u+00:00", date, (unsigned) (usec % USEC_PER_SEC));
}

/* Whose line: what an application or its build says is "app", as for Heroku; and tools that read Heroku's
 * logs know the router's lines by the name that these have there. */
static const char *prefix_of(const char *source)
{
        if (streq(source, "router"))
                return "heroku";
        return streq(source, "paas") ? "paas" : "app";
}

static void format_text(Buffer *b, Format format, const JournalLine *line)
{
        char time[TIME_SIZE];
        const char *p = line->message, *end = p + line->message_length;

        format_time(line->realtime, time);
        do {
                const char *newline = memchr(p, '\n', (size_t) (end - p));
                size_t n = (size_t) ((newline ? newline : end) - p);
                if (n > 0 && p[n - 1] == '\r')
                        n--;
                if (format == FORMAT_HEROKU) {
                        buffer_printf(b, "%s %s[", time, prefix_of(line->source));
                        terminal_text(b, line->process, strlen(line->process));
                        buffer_puts(b, "]: ");
                }
                terminal_text(b, p, n);
                buffer_puts(b, "\n");
                p = newline ? newline + 1 : end;
        } while (p < end);
}

/* "<time> ana (key SHA256:… from 192.0.2.7) ps:scale blog: ana: Scale web=2" */
static void format_record(Buffer *b, const JournalLine *line)
{
        const JournalRecord *x = line->record;
        const char *const words[] = {x->action, x->app, line->release, x->result};
        char time[TIME_SIZE];

        format_time(line->realtime, time);
        buffer_printf(b, "%s ", time);
        terminal_text(b, x->actor, strlen(x->actor));
        buffer_puts(b, " (");
        terminal_text(b, x->from, strlen(x->from));
        buffer_puts(b, ")");
        for (size_t i = 0; i < ELEMENTSOF(words); i++)
                if (*words[i]) {
                        buffer_puts(b, " ");
                        terminal_text(b, words[i], strlen(words[i]));
                }
        const char *text = memmem(line->message, line->message_length, ": ", 2);
        text = text ? text + 2 : line->message;
        /* One record is one line, whatever is in it. */
        size_t length = line->message_length - (size_t) (text - line->message);
        const char *newline = memchr(text, '\n', length);
        buffer_puts(b, ": ");
        terminal_text(b, text, newline ? (size_t) (newline - text) : length);
        buffer_puts(b, "\n");
}

static int set_text(Json *object, const char *key, const char *text, size_t length)
{
        _cleanup_buffer_ Buffer b = BUFFER_NULL;
        _cleanup_free_ char *utf8 = NULL;

        utf8_text(&b, text, length);
        int r = buffer_finish(&b, &utf8, NULL);
        return r < 0 ? r : js_set_string(object, key, utf8);
}

static int set_record(Json *object, const JournalRecord *x)
{
        const char *const fields[][2] = {
                {"actor", x->actor},     {"from", x->from}, {"action", x->action},
                {"result", x->result},   {"app", x->app},   {"operation", x->operation},
                {"request", x->request},
        };
        int r = 0;
        for (size_t i = 0; r >= 0 && i < ELEMENTSOF(fields); i++)
                if (*fields[i][1])
                        r = set_text(object, fields[i][0], fields[i][1], strlen(fields[i][1]));
        return r;
}

static int format_json(Buffer *b, const JournalLine *line)
{
        _cleanup_json_ Json *object = js_object();
        _cleanup_free_ char *text = NULL;
        char time[TIME_SIZE];

        format_time(line->realtime, time);
        int r = js_set_string(object, "time", time);
        if (r >= 0)
                r = js_set_string(object, "source", line->source);
        if (r >= 0)
                r = set_text(object, "process", line->process, strlen(line->process));
        if (r >= 0 && line->release[0])
                r = set_text(object, "release", line->release, strlen(line->release));
        if (r >= 0 && line->record)
                r = set_record(object, line->record);
        if (r >= 0)
                r = js_set_number(object, "priority", line->priority);
        if (r >= 0)
                r = set_text(object, "message", line->message, line->message_length);
        if (r >= 0)
                r = js_format_line(object, &text);
        if (r < 0)
                return r;
        buffer_puts(b, text);
        buffer_puts(b, "\n");
        return 0;
}

int format_line(Buffer *b, Format format, const JournalLine *line)
{
        int r = 0;
        if (format == FORMAT_JSON)
                r = format_json(b, line);
        else if (line->record)
                format_record(b, line);
        else
                format_text(b, format, line);
        return r < 0 ? r : b->failed ? -ENOMEM : 0;
}
