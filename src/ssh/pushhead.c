/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ssh/pushhead.h"

#include <errno.h>
#include <string.h>

#define HEADER 4
#define SHALLOW "shallow "

void push_head_clear(PushHead *h)
{
        buffer_clear(&h->pending);
        buffer_clear(&h->forward);
        buffer_clear(&h->shallow);
        *h = PUSH_HEAD_NULL;
}

/* The four digits of a packet's length; -1 when they are none. */
static int packet_size(const char *data)
{
        int size = 0;
        for (int i = 0; i < HEADER; i++) {
                static const char digits[] = "0123456789abcdef";
                const char *d = data[i] ? strchr(digits, data[i] | 0x20) : NULL;
                if (!d)
                        return -1;
                size = size << 4 | (int) (d - digits);
        }
        return size;
}

static bool is_hex(char c)
{
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

/* The object's name when the packet is "shallow <oid>"; its length, or 0. */
static size_t shallow_oid(const char *text, size_t length, const char **ret)
{
        size_t prefix = strlen(SHALLOW), n = 0;
        if (length < prefix || memcmp(text, SHALLOW, prefix) != 0)
                return 0;
        *ret = text + prefix;
        while (prefix + n < length && is_hex(text[prefix + n]))
                n++;
        bool ends = prefix + n == length || (prefix + n + 1 == length && text[prefix + n] == '\n');
        return ends && (n == 40 || n == 64) ? n : 0;
}

static int take_packet(PushHead *h, const char *data, size_t size, Error *e)
{
        const char *oid;
        size_t n = shallow_oid(data + HEADER, size - HEADER, &oid);
        if (n == 0) {
                buffer_append(&h->forward, data, size);
                return 0;
        }
        if (h->shallow.length + n + 1 > PUSH_HEAD_SHALLOW_MAX)
                return error_set(
                        e, -E2BIG,
                        "The clone ends at too many commits: `git fetch --unshallow` and push again");
        buffer_append(&h->shallow, oid, n);
        buffer_puts(&h->shallow, "\n");
        return 0;
}

int push_head_feed(PushHead *h, const void *data, size_t length, Error *e)
{
        size_t done = 0;
        int r = 0;

        buffer_append(&h->pending, data, length);
        while (r >= 0 && !h->complete && h->pending.length - done >= HEADER) {
                const char *p = h->pending.data + done;
                int size = packet_size(p);
                if (size < HEADER) {
                        h->complete = true;
                } else if ((size_t) size <= h->pending.length - done) {
                        r = take_packet(h, p, (size_t) size, e);
                        done += (size_t) size;
                } else
                        break;
        }
        if (done > 0) {
                memmove(h->pending.data, h->pending.data + done, h->pending.length - done);
                h->pending.length -= done;
        }
        if (h->pending.failed || h->forward.failed || h->shallow.failed)
                return -ENOMEM;
        return r;
}
