/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <stdlib.h>
#include <string.h>

#include "basic/buffer.h"
#include "request.h"

#define HEAD_MAX 16384

/* A connection for HTTP/1.1. Idle ones wait in a queue of their kind: the one that has waited longest is
 * used next. */
typedef struct Http1 {
        Load *load;
        const Kind *kind;
        Connection *connection;
        Request *request;   /* NULL: idle */
        struct Http1 *next; /* of the idle ones */
        Buffer head;
        bool in_body;
        bool last; /* the router closes it after this answer */
} Http1;

typedef struct Pool {
        Http1 *first, *last;
        unsigned n; /* all connections, idle or not */
} Pool;

static Pool *pool_of(Load *l, const Kind *kind)
{
        void **p = &l->pools[load_kind_index(kind)];
        if (!*p && !(*p = calloc(1, sizeof(Pool))))
                abort();
        return *p;
}

static void leave_queue(Pool *p, const Http1 *h)
{
        Http1 **at = &p->first, *before = NULL;
        while (*at && *at != h) {
                before = *at;
                at = &(*at)->next;
        }
        if (*at) {
                *at = h->next;
                if (p->last == h)
                        p->last = before;
        }
}

static void http1_free(Http1 *h)
{
        Pool *p = pool_of(h->load, h->kind);
        leave_queue(p, h);
        p->n--;
        connection_close(h->connection);
        buffer_clear(&h->head);
        free(h);
}

static void wait_in_queue(Http1 *h)
{
        Pool *p = pool_of(h->load, h->kind);
        h->next = NULL;
        if (p->last)
                p->last->next = h;
        else
                p->first = h;
        p->last = h;
}

static void answered(Http1 *h, const char *failure)
{
        Request *r = TAKE_PTR(h->request);
        if (failure || h->last || h->kind->fresh)
                http1_free(h);
        else {
                h->head.length = 0;
                h->in_body = false;
                wait_in_queue(h);
        }
        request_end(r, failure);
}

static void read_head(Http1 *h, char *head)
{
        Request *r = h->request;
        char *at = NULL;
        request_header(r, ":status", strlen(head) > 9 ? head + 9 : "", 3);
        (void) strtok_r(head, "\r\n", &at);
        for (char *line; (line = strtok_r(NULL, "\r\n", &at));) {
                char *value = strchr(line, ':');
                if (!value)
                        continue;
                *value++ = 0;
                value += strspn(value, " ");
                request_header(r, line, value, strlen(value));
                if (strcasecmp(line, "connection") == 0 && strcasecmp(value, "close") == 0)
                        h->last = true;
        }
}

static void received(void *userdata, const uint8_t *data, size_t length)
{
        Http1 *h = userdata;
        if (!h->request) /* an answer nobody asked for: the next request fails on it */
                return;
        if (!h->in_body) {
                size_t before = h->head.length;
                buffer_append(&h->head, data, length);
                char *end = strstr(h->head.data, "\r\n\r\n");
                if (!end && h->head.length < HEAD_MAX)
                        return;
                if (!end) {
                        answered(h, "malformed");
                        return;
                }
                size_t used = (size_t) (end + 4 - h->head.data) - before;
                *end = 0;
                read_head(h, h->head.data);
                h->in_body = true;
                data += used;
                length -= used;
        }
        request_body(h->request, data, length);
        if (request_complete(h->request))
                answered(h, NULL);
}

static void ended(void *userdata, int error)
{
        Http1 *h = userdata;
        if (h->request)
                answered(h, connection_failure(error, h->head.length > 0));
        else
                http1_free(h);
}

static void opened(void *userdata)
{
}

static void cancel(Request *r)
{
        http1_free(r->carrier);
}

static Http1 *take(Load *l, const Kind *kind)
{
        static const ConnectionEvents events = {.opened = opened, .received = received, .ended = ended};
        Pool *p = pool_of(l, kind);
        Http1 *h = p->first;
        if (!kind->fresh && h && p->n >= l->pool) {
                leave_queue(p, h);
                return h;
        }
        h = calloc(1, sizeof *h);
        if (!h)
                abort();
        *h = (Http1){.load = l, .kind = kind};
        h->connection = connection_open(&l->target, kind->tls, false, &events, h);
        p->n++;
        return h;
}

void http1_send(Load *l, Request *r)
{
        char path[48];
        _cleanup_buffer_ Buffer text = BUFFER_NULL;
        Http1 *h = take(l, r->kind);
        h->request = r;
        r->carrier = h;
        r->connected = connection_begun(h->connection);
        r->cancel = cancel;
        request_path(r, path);
        buffer_printf(&text, "GET %s HTTP/1.1\r\nHost: %s\r\n%s\r\n", path, l->target.host,
                      r->kind->fresh ? "Connection: close\r\n" : "");
        connection_send(h->connection, text.data, text.length);
}
