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
                        "with a status below 500. It was asked as visitors ask, with Host: %s and "
                        "X-Forwarded-Proto: https. It answered:\n",
                        r->name, a->head.status, r->timeout, r->host);
        put_lines(a->data, a->head.length, 1 + HEADERS_SHOWN, out);
        put_lines(a->body, a->body_length, BODY_LINES_SHOWN, out);
        buffer_printf(out, "What it said itself: paas logs -a %s --ps %s\n", r->app, r->name);
}

/* Another instance of the application, an older release's for example, has a port of the range. */
static bool is_given(const Report *r, uint16_t port)
{
        return port != r->port && port >= r->range_first && port <= r->range_last;
}

/* Where it accepts connections, as its developer calls it. */
static const char *point_of(const Report *r, char ret[static 16])
{
        if (r->listen == LISTEN_SOCKET)
                return "fd 3";
        snprintf(ret, 16, "port %u", r->port);
        return ret;
}

/* What it was asked on and answers on itself is not worth a word. */
static bool is_asked(const Report *r, const Listener *l)
{
        return r->listen != LISTEN_SOCKET && l->port == r->port && listener_takes_loopback(l);
}

static size_t put_listeners(const Report *r, Buffer *out)
{
        size_t n = 0;
        for (size_t i = 0; i < r->listeners->n && n < LISTENERS_SHOWN; i++) {
                const Listener *l = &r->listeners->list[i];
                if (l->uid != r->uid || is_given(r, l->port) || is_asked(r, l))
                        continue;
                char text[LISTENER_TEXT_SIZE];
                listener_format(l, text);
                buffer_printf(out, "%s%s", n++ == 0 ? "" : ", ", text);
        }
        return n;
}

/* A process that was to take the socket over from systemd, and did not. */
static void put_socket_advice(const Report *r, const char *where, Buffer *out)
{
        buffer_printf(out,
                      "with listen = socket, systemd hands the listening socket over as file descriptor 3 "
                      "(LISTEN_FDS=1)\n");
        if (where)
                buffer_printf(out, "it listens on %s instead\n", where);
        else
                buffer_printf(out, "nothing of it listens on any port either\n");
        buffer_printf(out, "for a process that binds $PORT itself: paas ps:listen web=port -a %s\n", r->app);
}

static void put_where(const Report *r, Buffer *out)
{
        _cleanup_buffer_ Buffer where = BUFFER_NULL;
        size_t n = put_listeners(r, &where);
        if (r->listen == LISTEN_SOCKET)
                put_socket_advice(r, n > 0 ? where.data : NULL, out);
        else if (n > 0)
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
        char point[16];
        if (a->length > 2 && (a->data[0] == 0x15 || a->data[0] == 0x16) && a->data[1] == 0x03) {
                buffer_printf(out, "%s speaks TLS on %s; the router does that for it: serve plain HTTP\n",
                              r->name, point_of(r, point));
                return;
        }
        char line[LINE_SHOWN];
        http_head_line(a->data, a->length, line, sizeof(line));
        buffer_printf(out, "%s answers GET %s on %s with something that is not HTTP/1: \"%s\"\n", r->name,
                      path_of(r), point_of(r, point), line);
}

void report_failure(const Report *r, Buffer *out)
{
        char point[16];
        switch (r->told->outcome) {
        case ATTEMPT_ANSWERED:
                put_answer(r, out);
                break;
        case ATTEMPT_NOT_HTTP:
                put_foreign_bytes(r, out);
                break;
        case ATTEMPT_CLOSED:
                buffer_printf(out,
                              "%s accepts a connection on %s and closes it without an answer to GET %s\n",
                              r->name, point_of(r, point), path_of(r));
                break;
        case ATTEMPT_SILENT:
                buffer_printf(out, "%s accepts a connection on %s, and does not answer GET %s within %u s\n",
                              r->name, point_of(r, point), path_of(r),
                              r->check ? (unsigned) r->check->timeout : r->timeout);
                break;
        case ATTEMPT_FAILED:
                buffer_printf(out, "no connection to %s of %s: %s\n", point_of(r, point), r->name,
                              strerror(r->told->error));
                break;
        case ATTEMPT_REFUSED:
                if (r->listen != LISTEN_PORT) {
                        buffer_printf(out, "systemd does not hold the socket of %s: %s\n", r->name,
                                      strerror(r->told->error));
                        break;
                }
                buffer_printf(out, "%s accepted no connection on %s in %u s\n", r->name, point_of(r, point),
                              r->timeout);
                put_where(r, out);
                break;
        case ATTEMPT_QUEUED:
                buffer_printf(out, "%s accepted no connection on %s in %u s\n", r->name, point_of(r, point),
                              r->timeout);
                put_where(r, out);
                break;
        }
        if (r->told->outcome != ATTEMPT_REFUSED && r->last == ATTEMPT_REFUSED)
                buffer_printf(out, "at the end it accepted no connection any more\n");
}
