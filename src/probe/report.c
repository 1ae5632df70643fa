/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "probe/report.h"

#include <string.h>

#include "basic/cleanup.h"

#define HEADERS_SHOWN 10
#define BODY_LINES_SHOWN 8
#define LINE_SHOWN 160
#define LISTENERS_SHOWN 8

const Listener *report_stranger(const Listeners *listeners, uint16_t port, uid_t uid)
{
        for (size_t i = 0; i < listeners->n; i++) {
                const Listener *l = &listeners->list[i];
                if (l->port == port && l->uid != uid && listener_takes_loopback(l))
                        return l;
        }
        return NULL;
}

static const char *path_of(const Report *r)
{
        return r->check && r->check->path ? r->check->path : "/";
}

static void put_expected(const Check *c, Buffer *out)
{
        if (c->status_first == c->status_last)
                buffer_printf(out, "it passes with status %u", c->status_first);
        else
                buffer_printf(out, "it passes with a status from %u to %u", c->status_first, c->status_last);
        if (c->content)
                buffer_printf(out, " and \"%s\" in the first %d bytes of the body", c->content,
                              CHECK_CONTENT_WINDOW);
        buffer_puts(out, ". It answered:\n");
}

static void put_lines(const char *data, size_t length, unsigned lines, Buffer *out)
{
        size_t at = 0;
        for (unsigned i = 0; i < lines && at < length; i++) {
                char line[LINE_SHOWN];
                at += http_head_line(data + at, length - at, line, sizeof(line));
                if (line[0])
                        buffer_printf(out, "    %s\n", line);
        }
}

static void put_answer(const Report *r, Buffer *out)
{
        const Attempt *a = r->told;
        if (r->check) {
                buffer_printf(out, "%s answered GET %s %u time%s, the last one with status %u; ", r->name,
                              path_of(r), r->answers, r->answers == 1 ? "" : "s", a->head.status);
                put_expected(r->check, out);
        } else
                buffer_printf(
                        out,
                        "%s answered GET / with status %u until its %u s were over; a release goes live "
                        "with a status below 500. It answered:\n",
                        r->name, a->head.status, r->timeout);
        put_lines(a->data, a->head.length, 1 + HEADERS_SHOWN, out);
        put_lines(a->body, a->body_length, BODY_LINES_SHOWN, out);
        buffer_printf(out, "What it said itself: paas logs -a %s --ps %s\n", r->app, r->name);
}

/* Another instance of the application, an older release's for example, has a port of the range. */
static bool is_given(const Report *r, uint16_t port)
{
        return port != r->port && port >= r->range_first && port <= r->range_last;
}

static size_t put_listeners(const Report *r, Buffer *out)
{
        size_t n = 0;
        for (size_t i = 0; i < r->listeners->n && n < LISTENERS_SHOWN; i++) {
                const Listener *l = &r->listeners->list[i];
                if (l->uid != r->uid || is_given(r, l->port) ||
                    (l->port == r->port && listener_takes_loopback(l)))
                        continue;
                char text[LISTENER_TEXT_SIZE];
                listener_format(l, text);
                buffer_printf(out, "%s%s", n++ == 0 ? "" : ", ", text);
        }
        return n;
}

static void put_where(const Report *r, Buffer *out)
{
        _cleanup_buffer_ Buffer where = BUFFER_NULL;
        size_t n = put_listeners(r, &where);
        if (n > 0)
                buffer_printf(out, "it listens on %s, not on $PORT %u: bind 0.0.0.0:$PORT\n", where.data,
                              r->port);
        else
                buffer_printf(out,
                              "nothing of it listens on any port; a web process has to bind 0.0.0.0:$PORT "
                              "(here %u) within %u s\n",
                              r->port, r->timeout);
}

static void put_foreign_bytes(const Report *r, Buffer *out)
{
        const Attempt *a = r->told;
        if (a->length > 2 && (a->data[0] == 0x15 || a->data[0] == 0x16) && a->data[1] == 0x03) {
                buffer_printf(out,
                              "%s speaks TLS on port %u; the router does that for it: serve plain HTTP\n",
                              r->name, r->port);
                return;
        }
        char line[LINE_SHOWN];
        http_head_line(a->data, a->length, line, sizeof(line));
        buffer_printf(out, "%s answers GET %s on port %u with something that is not HTTP/1: \"%s\"\n",
                      r->name, path_of(r), r->port, line);
}

void report_failure(const Report *r, Buffer *out)
{
        switch (r->told->outcome) {
        case ATTEMPT_ANSWERED:
                put_answer(r, out);
                break;
        case ATTEMPT_NOT_HTTP:
                put_foreign_bytes(r, out);
                break;
        case ATTEMPT_CLOSED:
                buffer_printf(
                        out,
                        "%s accepts a connection on port %u and closes it without an answer to GET %s\n",
                        r->name, r->port, path_of(r));
                break;
        case ATTEMPT_SILENT:
                buffer_printf(
                        out, "%s accepts a connection on port %u, and does not answer GET %s within %u s\n",
                        r->name, r->port, path_of(r), r->check ? (unsigned) r->check->timeout : r->timeout);
                break;
        case ATTEMPT_FAILED:
                buffer_printf(out, "no connection to port %u of %s: %s\n", r->port, r->name,
                              strerror(r->told->error));
                break;
        case ATTEMPT_REFUSED:
                buffer_printf(out, "%s accepted no connection on port %u in %u s\n", r->name, r->port,
                              r->timeout);
                put_where(r, out);
                break;
        }
        if (r->told->outcome != ATTEMPT_REFUSED && r->last == ATTEMPT_REFUSED)
                buffer_printf(out, "at the end it accepted no connection any more\n");
}
