/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "basic/buffer.h"
#include "basic/clock.h"
#include "request.h"

#define PERIOD USEC_PER_SEC
#define LIMIT (20 * USEC_PER_SEC)

/* A WebSocket that says a number once a second and wants it back. One that is lost is counted, and opened
 * again. */
typedef struct WebSocket {
        Load *load;
        Connection *connection; /* NULL: to be opened */
        sd_event_source *timer;
        Buffer in;
        bool tls, upgraded, waiting;
        uint64_t number, begun; /* when the upgrade or the number was sent */
} WebSocket;

static void ask_for_it(WebSocket *w);

static void next_at(WebSocket *w, uint64_t usec)
{
        (void) sd_event_source_set_time(w->timer, usec);
        (void) sd_event_source_set_enabled(w->timer, SD_EVENT_ONESHOT);
}

static void lose(WebSocket *w, const char *how)
{
        char what[64];
        if (!w->load->ending) {
                (void) snprintf(what, sizeof what, "%s-%s", w->upgraded ? "lost" : "open", how);
                load_record(w->load, "websocket", w->begun, w->begun, what, false, w->begun);
        }
        w->connection = connection_close(w->connection);
        w->in.length = 0;
        w->upgraded = w->waiting = false;
        next_at(w, clock_monotonic() + PERIOD);
}

static void say_number(WebSocket *w)
{
        char text[32] = {(char) 0x81, 0, 0,
                         0,           0, 0}; /* masked with zeros: the application sees the text as it is */
        int n = snprintf(text + 6, sizeof text - 6, "%" PRIu64, ++w->number);
        text[1] = (char) (0x80 | n);
        w->begun = clock_monotonic();
        w->waiting = true;
        connection_send(w->connection, text, 6 + (size_t) n);
        next_at(w, w->begun + LIMIT);
}

/* One frame of the application: the number, in text. 0: not all of it is there. */
static size_t frame(WebSocket *w, const char **ret_wrong)
{
        const uint8_t *data = (const uint8_t *) w->in.data;
        char expected[32];
        size_t length = w->in.length >= 2 ? data[1] & 0x7f : 0;
        if (w->in.length < 2 || w->in.length < 2 + length)
                return 0;
        int n = snprintf(expected, sizeof expected, "%" PRIu64, w->number);
        if ((data[0] & 0x0f) == 8)
                *ret_wrong = "said-goodbye";
        else if (data[0] != 0x81 || !w->waiting || length != (size_t) n ||
                 memcmp(data + 2, expected, length) != 0)
                *ret_wrong = "wrong";
        return 2 + length;
}

static bool read_upgrade(WebSocket *w)
{
        char *end = w->in.length > 0 ? strstr(w->in.data, "\r\n\r\n") : NULL, what[32];
        if (!end)
                return false;
        if (strncmp(w->in.data, "HTTP/1.1 101 ", 13) != 0) {
                (void) snprintf(what, sizeof what, "status-%.3s", w->in.data + 9);
                lose(w, what);
                return false;
        }
        size_t used = (size_t) (end + 4 - w->in.data);
        w->in.length -= used;
        memmove(w->in.data, w->in.data + used, w->in.length);
        w->upgraded = true;
        w->load->open++;
        say_number(w);
        return true;
}

static void received(void *userdata, const uint8_t *data, size_t length)
{
        WebSocket *w = userdata;
        const char *wrong = NULL;
        buffer_append(&w->in, data, length);
        if (!w->upgraded && !read_upgrade(w))
                return;
        for (size_t n; (n = frame(w, &wrong)) > 0;) {
                if (wrong) {
                        lose(w, wrong);
                        return;
                }
                w->in.length -= n;
                memmove(w->in.data, w->in.data + n, w->in.length);
                w->waiting = false;
                load_record(w->load, "websocket", w->begun, w->begun, "ok", false, w->begun);
                next_at(w, w->begun + PERIOD);
        }
}

static void ended(void *userdata, int error)
{
        lose(userdata, connection_failure(error, false));
}

static void opened(void *userdata)
{
}

static void ask_for_it(WebSocket *w)
{
        static const ConnectionEvents events = {.opened = opened, .received = received, .ended = ended};
        _cleanup_buffer_ Buffer text = BUFFER_NULL;
        buffer_printf(&text,
                      "GET /echo HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
                      w->load->target.host);
        w->begun = clock_monotonic();
        w->connection = connection_open(&w->load->target, w->tls, false, &events, w);
        connection_send(w->connection, text.data, text.length);
        next_at(w, w->begun + LIMIT);
}

static int on_time(sd_event_source *source, uint64_t usec, void *userdata)
{
        WebSocket *w = userdata;
        if (w->load->ending)
                return 0;
        if (!w->connection)
                ask_for_it(w);
        else if (!w->upgraded || w->waiting)
                lose(w, "timeout");
        else
                say_number(w);
        return 0;
}

/* They live as long as the program. */
void websocket_keep(Load *l, bool tls, unsigned number)
{
        WebSocket *w = calloc(1, sizeof *w);
        if (!w)
                abort();
        *w = (WebSocket){.load = l, .tls = tls};
        /* one after the other within the first second, and so ever after */
        if (sd_event_add_time(l->target.event, &w->timer, CLOCK_MONOTONIC,
                              clock_monotonic() + number * PERIOD / 50, USEC_PER_MSEC, on_time, w) < 0)
                abort();
}
