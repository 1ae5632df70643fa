/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <nghttp2/nghttp2.h>
#include <stdlib.h>
#include <string.h>

#include "basic/cleanup.h"
#include "request.h"

#define STREAMS_MAX 90 /* at a time on one connection: the router takes 100 */

typedef struct Http2 {
        Load *load;
        const Kind *kind;
        Connection *connection;
        nghttp2_session *session;
        struct Http2 *next; /* of the pool */
        unsigned n_requests;
        unsigned n_waiting; /* of these: not handed to the session yet */
        bool open, busy;
        bool leaving; /* the router said that it takes no more */
        int32_t last; /* the last stream that it looks at then */
        bool used;
} Http2;

static void http2_free(Http2 *h)
{
        void **pool = &h->load->pools[load_kind_index(h->kind)];
        if (*pool == h)
                *pool = h->next;
        else
                for (Http2 *i = *pool; i; i = i->next)
                        if (i->next == h)
                                i->next = h->next;
        connection_close(h->connection);
        nghttp2_session_del(h->session);
        free(h);
}

static nghttp2_nv field(const char *name, const char *value)
{
        return (nghttp2_nv){(uint8_t *) (uintptr_t) name, (uint8_t *) (uintptr_t) value, strlen(name),
                            strlen(value), 0};
}

static void submit(Http2 *h, Request *r)
{
        char path[48];
        request_path(r, path);
        nghttp2_nv fields[] = {field(":method", "GET"), field(":scheme", "https"), field(":path", path),
                               field(":authority", h->load->target.host)};
        r->stream = nghttp2_submit_request(h->session, NULL, fields, ELEMENTSOF(fields), NULL, r);
        if (r->stream < 0)
                abort();
        h->used = true;
        h->n_waiting--;
}

static void leave(Http2 *h, Request *r)
{
        if (r->stream == 0)
                h->n_waiting--;
        h->n_requests--;
        r->carrier = NULL;
        r->stream = 0;
}

/* Hands over what waits: to the session, or to another connection when this one takes no more. */
static void hand_over(Http2 *h)
{
        for (Request *r = h->load->requests, *next; r && h->n_waiting > 0; r = next) {
                next = r->next;
                if (r->carrier != h || r->stream != 0)
                        continue;
                if (!h->leaving) {
                        submit(h, r);
                        continue;
                }
                leave(h, r);
                http2_send(h->load, r);
        }
}

/* Sends what the session has to say, and lets the connection go when it has served. */
static void settle(Http2 *h)
{
        const uint8_t *data;
        ssize_t n;
        if (h->busy || !h->open)
                return;
        h->busy = true;
        hand_over(h);
        while ((n = nghttp2_session_mem_send(h->session, &data)) > 0)
                connection_send(h->connection, data, (size_t) n);
        h->busy = false;
        if (h->n_requests == 0 && (h->leaving || (h->kind->fresh && h->used)))
                http2_free(h);
}

static void opened(void *userdata)
{
        Http2 *h = userdata;
        h->open = true;
        settle(h);
}

static void received(void *userdata, const uint8_t *data, size_t length)
{
        Http2 *h = userdata;
        h->busy = true;
        if (nghttp2_session_mem_recv(h->session, data, length) < 0)
                h->leaving = true;
        h->busy = false;
        settle(h);
}

static void ended(void *userdata, int error)
{
        Http2 *h = userdata;
        h->leaving = h->busy = true;
        for (Request *r = h->load->requests, *next; r && h->n_requests > 0; r = next) {
                next = r->next;
                if (r->carrier != h)
                        continue;
                leave(h, r);
                request_end(r, connection_failure(error, r->status != 0));
        }
        http2_free(h);
}

static int on_header(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name,
                     size_t name_length, const uint8_t *value, size_t length, uint8_t flags, void *userdata)
{
        Request *r = nghttp2_session_get_stream_user_data(session, frame->hd.stream_id);
        if (r)
                request_header(r, (const char *) name, (const char *) value, length);
        return 0;
}

static int on_data(nghttp2_session *session, uint8_t flags, int32_t stream, const uint8_t *data,
                   size_t length, void *userdata)
{
        Request *r = nghttp2_session_get_stream_user_data(session, stream);
        if (r)
                request_body(r, data, length);
        return 0;
}

static int on_frame(nghttp2_session *session, const nghttp2_frame *frame, void *userdata)
{
        Http2 *h = userdata;
        if (frame->hd.type == NGHTTP2_GOAWAY) {
                h->leaving = true;
                h->last = frame->goaway.last_stream_id;
        }
        return 0;
}

static const char *stream_failure(const Request *r, uint32_t code)
{
        if (code == NGHTTP2_NO_ERROR)
                return NULL;
        if (r->status != 0)
                return "truncated";
        return code == NGHTTP2_REFUSED_STREAM ? "refused-stream" : "reset-stream";
}

/* A stream above the last of GOAWAY was not looked at: it is asked again elsewhere, as every client does. */
static int on_stream_close(nghttp2_session *session, int32_t stream, uint32_t code, void *userdata)
{
        Http2 *h = userdata;
        Request *r = nghttp2_session_get_stream_user_data(session, stream);
        if (!r)
                return 0;
        leave(h, r);
        if (code == NGHTTP2_REFUSED_STREAM && h->leaving && stream > h->last) {
                r->again = true;
                http2_send(h->load, r);
        } else
                request_end(r, stream_failure(r, code));
        return 0;
}

static nghttp2_session *session_new(Http2 *h)
{
        static nghttp2_session_callbacks *callbacks;
        nghttp2_session *session;
        if (!callbacks) {
                if (nghttp2_session_callbacks_new(&callbacks) != 0)
                        abort();
                nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
                nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
                nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
                nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_stream_close);
        }
        if (nghttp2_session_client_new(&session, callbacks, h) != 0 ||
            nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, NULL, 0) != 0)
                abort();
        return session;
}

static Http2 *take(Load *l, const Kind *kind)
{
        static const ConnectionEvents events = {.opened = opened, .received = received, .ended = ended};
        void **pool = &l->pools[load_kind_index(kind)];
        Http2 *best = NULL;
        unsigned n = 0;
        for (Http2 *h = kind->fresh ? NULL : *pool; h; h = h->next)
                if (!h->leaving) {
                        n++;
                        if (!best || h->n_requests < best->n_requests)
                                best = h;
                }
        if (best && n >= l->pool && best->n_requests < STREAMS_MAX)
                return best;
        Http2 *h = calloc(1, sizeof *h);
        if (!h)
                abort();
        *h = (Http2){.load = l, .kind = kind, .next = *pool};
        *pool = h;
        h->session = session_new(h);
        h->connection = connection_open(&l->target, true, true, &events, h);
        return h;
}

static void cancel(Request *r)
{
        Http2 *h = r->carrier;
        (void) nghttp2_session_set_stream_user_data(h->session, r->stream, NULL);
        (void) nghttp2_submit_rst_stream(h->session, NGHTTP2_FLAG_NONE, r->stream, NGHTTP2_CANCEL);
        leave(h, r);
        settle(h);
}

void http2_send(Load *l, Request *r)
{
        Http2 *h = take(l, r->kind);
        r->carrier = h;
        r->connected = connection_begun(h->connection);
        r->cancel = cancel;
        h->n_requests++;
        h->n_waiting++;
        settle(h);
}
