/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One request and what became of it; the ways it can travel; and the record, a line each. */

#include <stdio.h>

#include "connection.h"

typedef struct Load Load;
typedef struct Request Request;

/* A way to ask: over which protocol, and over a new connection or one that is kept. */
typedef struct Kind {
        const char *name;
        bool tls, http2, fresh;
        unsigned share; /* of a hundred requests */
} Kind;

struct Request {
        Load *load;
        const Kind *kind;
        Request *next, *previous; /* load->requests */
        uint64_t intended;        /* when it should have been sent, CLOCK_MONOTONIC */
        uint64_t sent;            /* when it was; what carries it was looked at after that */
        uint64_t connected;       /* when the connection that carries it was begun */
        uint64_t limit;           /* by then it must be answered */
        uint64_t number;
        bool download;
        bool again; /* was sent once more: the router had said that it did not look at it */
        int status;
        char code[24];  /* X-Paas-Error */
        int64_t length; /* Content-Length, -1: none was said */
        int64_t got;
        bool wrong;                 /* a byte is not what it should be */
        void (*cancel)(Request *r); /* of what carries it; it is not told of the request's end */
        void *carrier;
        int32_t stream; /* HTTP/2: 0 while it waits to be sent */
};

struct Load {
        Target target;
        FILE *record;
        Request *requests; /* owned: all that are under way */
        size_t n_requests;
        unsigned closed;  /* so many at a time, each after the other; 0: at a fixed rate */
        unsigned pool;    /* kept connections of each kind */
        const Kind *only; /* NULL: the mixture */
        uint64_t start, rate, next, number;
        uint64_t download_bytes;
        uint64_t sent, failed, lag_max;
        unsigned websockets, open;       /* how many are kept, and how many have been opened so far */
        unsigned downloads, n_downloads; /* how many should be under way, and how many are */
        uint64_t refill;                 /* when the missing ones are begun */
        bool started, ending;
        void *pools[8]; /* idle HTTP/1.1 connections or HTTP/2 connections, by kind */
};

/* A line of the record: intended, sent, end, kind, what, sent again, and when its connection was begun. */
void load_record(Load *l, const char *kind, uint64_t intended, uint64_t sent, const char *what, bool again,
                 uint64_t connected);
void load_begin(Load *l, const Kind *kind, uint64_t intended, uint64_t now, bool download);
/* Its place in load->pools. */
size_t load_kind_index(const Kind *kind);

void request_path(const Request *r, char ret[48]);
void request_header(Request *r, const char *name, const char *value, size_t length);
void request_body(Request *r, const uint8_t *data, size_t length);
bool request_complete(const Request *r);
/* NULL: what was answered decides. Frees it. */
void request_end(Request *r, const char *failure);

/* "refused", "reset", "closed", … */
const char *connection_failure(int error, bool answered);

void http1_send(Load *l, Request *r);
void http2_send(Load *l, Request *r);
void websocket_keep(Load *l, bool tls, unsigned number);
