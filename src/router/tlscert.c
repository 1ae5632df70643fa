/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "router/router.h"

#include <errno.h>
#include <string.h>

#include "basic/buffer.h"
#include "router/exchange.h"
#include "router/parse.h"
#include "router/worker.h"

#define PEM_MAX 15000 /* what HAProxy takes in one command with its buffer of 16 KiB */

/* An empty line ends the text that follows a command: so none may be in it. */
static void append_without_empty_lines(Buffer *b, const char *text)
{
        while (*text != '\0') {
                size_t n = strcspn(text, "\r\n");
                if (n > 0) {
                        buffer_append(b, text, n);
                        buffer_puts(b, "\n");
                }
                text += n;
                text += strspn(text, "\r\n");
        }
}

int router_set_certificate(Router *r, const char *path, const char *pem, Error *e)
{
        int k = router_check_word(path, e);
        if (k < 0)
                return k;
        _cleanup_buffer_ Buffer lines = BUFFER_NULL;
        append_without_empty_lines(&lines, pem);
        if (lines.length > PEM_MAX)
                return error_set(e, -EFBIG, "certificate %s is larger than %d bytes", path, PEM_MAX);
        _cleanup_free_ char *text = NULL, *opened = NULL, *committed = NULL;
        k = buffer_finish(&lines, &text, NULL);
        if (k >= 0)
                k = router_ask(r, &opened, e, "set ssl cert %s <<\n%s", path, text);
        if (k >= 0 && !strstr(opened, "Transaction created") && !strstr(opened, "Transaction updated"))
                k = router_parse_reply(opened, e);
        if (k < 0)
                return k == -EIO ? error_prefix(e, k, "cannot put certificate %s in place", path) : k;

        k = router_ask(r, &committed, e, "commit ssl cert %s", path);
        if (k < 0 || strstr(committed, "Success!"))
                return k;
        k = router_parse_reply(committed, e);
        (void) router_order(r, NULL, "abort ssl cert %s", path); /* or the next one would build on it */
        return error_prefix(e, -EIO, "cannot put certificate %s in place", path);
}
