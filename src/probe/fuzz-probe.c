/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "basic/cleanup.h"
#include "probe/body.h"
#include "probe/head.h"
#include "probe/listeners.h"
#include "probe/socketdiag.h"
#include "probe/unixqueue.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was parsed is within what was given, and what is shown is printable. */
static void check_head(const char *data, size_t size)
{
        HttpHead head = {0};
        if (http_head_parse(data, size, &head) <= 0)
                return;
        if (head.status < 100 || head.status > 599 || head.length > size || head.status_line > head.length)
                abort();
        for (size_t at = 0; at < head.length;) {
                char line[40];
                size_t n = http_head_line(data + at, head.length - at, line, sizeof(line));
                if (n == 0 || n > head.length - at)
                        abort();
                for (const char *p = line; *p != '\0'; p++)
                        if (*p < ' ' || *p > '~')
                                abort();
                at += n;
        }
}

/* What is taken for the body is no more than what there is, and ends where it should. */
static void check_body(const char *data, size_t size)
{
        HttpHead head;
        char body[100], field[32];
        size_t n;
        if (http_head_parse(data, size, &head) <= 0)
                return;
        int r = http_body(data, size, &head, body, sizeof(body), &n);
        if (n > sizeof(body) || n > size - head.length || (r == 0 && n == sizeof(body)))
                abort();
        if (http_field(data, &head, "content-length", field, sizeof(field)) &&
            strlen(field) >= sizeof(field))
                abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_free_ char *text = malloc(size + 1);
        if (!text)
                return 0;
        if (size > 0)
                memcpy(text, data, size);
        text[size] = '\0';

        check_head(text, size);
        check_body(text, size);
        (void) unix_queue_parse(text, "/run/paas/sock/blog/web.1-v12.3.sock");
        _cleanup_listeners_ Listeners list = LISTENERS_NULL;
        (void) socketdiag_take(data, size, &list);
        if (listeners_parse(text, true, &list) < 0 || listeners_parse(text, false, &list) < 0)
                return 0;
        for (size_t i = 0; i < list.n; i++) {
                char shown[LISTENER_TEXT_SIZE];
                listener_format(&list.list[i], shown);
        }
        return 0;
}
