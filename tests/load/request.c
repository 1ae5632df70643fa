/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "request.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "basic/clock.h"

/* The application's answer to /n/N is N and a line feed; to /slow/BYTES that many letters, from a to z again
 * and again. */
void request_path(const Request *r, char ret[48])
{
        if (r->download)
                (void) snprintf(ret, 48, "/slow/%" PRIu64, r->load->download_bytes);
        else
                (void) snprintf(ret, 48, "/n/%" PRIu64, r->number);
}

void request_header(Request *r, const char *name, const char *value, size_t length)
{
        char text[24];
        (void) snprintf(text, sizeof text, "%.*s", (int) length, value);
        if (strcmp(name, ":status") == 0)
                r->status = atoi(text);
        else if (strcasecmp(name, "x-paas-error") == 0)
                memcpy(r->code, text, sizeof text);
        else if (strcasecmp(name, "content-length") == 0)
                r->length = strtoll(text, NULL, 10);
}

void request_body(Request *r, const uint8_t *data, size_t length)
{
        char expected[24];
        int n = snprintf(expected, sizeof expected, "%" PRIu64 "\n", r->number);
        for (size_t i = 0; i < length && r->status == 200; i++, r->got++)
                if (r->download ? data[i] != 'a' + r->got % 26
                                : r->got >= n || data[i] != (uint8_t) expected[r->got])
                        r->wrong = true;
        if (r->status != 200)
                r->got += (int64_t) length;
}

bool request_complete(const Request *r)
{
        return r->length >= 0 && r->got >= r->length;
}

const char *connection_failure(int error, bool answered)
{
        switch (error) {
        case -ECONNREFUSED:
                return "refused";
        case -ETIMEDOUT:
                return "timeout";
        case -EPROTO:
                return "tls";
        case 0:
                return answered ? "truncated" : "closed";
        default:
                return answered ? "truncated" : "reset";
        }
}

void request_end(Request *r, const char *failure)
{
        Load *l = r->load;
        char what[64];
        uint64_t expected = r->download ? l->download_bytes : (uint64_t) r->length;
        if (failure)
                (void) snprintf(what, sizeof what, "%s", failure);
        else if (r->status != 200)
                (void) snprintf(what, sizeof what, "status-%d%s%s", r->status, r->code[0] ? "-" : "",
                                r->code);
        else
                (void) snprintf(what, sizeof what, "%s",
                                r->wrong                                         ? "wrong"
                                : r->length < 0 || (uint64_t) r->got != expected ? "truncated"
                                                                                 : "ok");
        load_record(l, r->download ? "download" : r->kind->name, r->intended, r->sent, what, r->again,
                    r->connected);
        if (r->next)
                r->next->previous = r->previous;
        if (r->previous)
                r->previous->next = r->next;
        else
                l->requests = r->next;
        l->n_requests--;
        const Kind *kind = r->kind;
        if (r->download)
                l->n_downloads--;
        free(r);
        if (l->ending || l->closed == 0)
                return;
        uint64_t now = clock_monotonic();
        load_begin(l, kind, now, now, false);
}
