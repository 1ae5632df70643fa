/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ssh/hookinput.h"

#include <errno.h>
#include <stdarg.h>

#include "basic/text.h"

#define PKT_HEADER 4

static int bad(Error *e, const char *what)
{
        return error_set(e, -EBADMSG, "git's words to the hook cannot be understood: %s", what);
}

static int hex_digit(char c)
{
        if (c >= '0' && c <= '9')
                return c - '0';
        if (c >= 'a' && c <= 'f')
                return c - 'a' + 10;
        if (c >= 'A' && c <= 'F')
                return c - 'A' + 10;
        return -1;
}

bool oid_is_null(const char *oid)
{
        return strspn(oid, "0") == strlen(oid);
}

static bool oid_is_valid(const char *oid)
{
        size_t n = strlen(oid);
        return (n == 40 || n == 64) && strspn(oid, "0123456789abcdef") == n;
}

/* "version=1\0push-options atomic" */
static int take_version(HookInput *h, const char *text, size_t length, Error *e)
{
        if (h->greeted)
                return bad(e, "two versions");
        if (!streq(text, "version=1"))
                return bad(e, "another version than 1");
        h->greeted = true;

        size_t n = strlen(text);
        if (n >= length)
                return 0;
        _cleanup_strv_ char **capabilities = NULL;
        int r = strv_split(text + n + 1, " ", &capabilities);
        if (r < 0)
                return r;
        h->has_options = strv_contains(capabilities, "push-options");
        h->atomic = strv_contains(capabilities, "atomic");
        return 0;
}

/* "<old> <new> <ref>" */
static int take_command(HookInput *h, const char *text, Error *e)
{
        const char *first = strchr(text, ' ');
        const char *second = first ? strchr(first + 1, ' ') : NULL;
        if (!second)
                return bad(e, "not a ref update");
        if (h->n_updates >= HOOK_COMMANDS_MAX)
                return error_set(e, -E2BIG, "A push of more than %d refs is too many", HOOK_COMMANDS_MAX);

        RefUpdate *more = reallocarray(h->updates, h->n_updates + 1, sizeof(RefUpdate));
        if (!more)
                return -ENOMEM;
        h->updates = more;
        RefUpdate *u = &h->updates[h->n_updates];
        *u = (RefUpdate){
                .old_oid = strndup(text, (size_t) (first - text)),
                .new_oid = strndup(first + 1, (size_t) (second - first - 1)),
                .ref = strdup(second + 1),
        };
        h->n_updates++;
        if (!u->old_oid || !u->new_oid || !u->ref)
                return -ENOMEM;
        if (!oid_is_valid(u->old_oid) || !oid_is_valid(u->new_oid))
                return bad(e, "not an object's name");
        if (!text_after(u->ref, "refs/"))
                return bad(e, "not a ref's name");
        return 0;
}

static int take_option(HookInput *h, const char *text, Error *e)
{
        if (strv_length(h->options) >= HOOK_OPTIONS_MAX)
                return error_set(e, -E2BIG, "A push with more than %d options is too much",
                                 HOOK_OPTIONS_MAX);
        return strv_append(&h->options, text);
}

static int take_packet(HookInput *h, const char *data, size_t length, Error *e)
{
        if (length > 0 && data[length - 1] == '\n')
                length--;
        _cleanup_free_ char *text = malloc(length + 1);
        if (!text)
                return -ENOMEM;
        memcpy(text, data, length);
        text[length] = '\0';

        if (h->state == HOOK_VERSION)
                return take_version(h, text, length, e);
        if (strlen(text) != length)
                return bad(e, "a NUL byte");
        if (h->state == HOOK_COMMANDS)
                return take_command(h, text, e);
        return take_option(h, text, e);
}

static int take_flush(HookInput *h, Error *e)
{
        if (h->state == HOOK_VERSION && !h->greeted)
                return bad(e, "no version");
        if (h->state == HOOK_VERSION)
                h->state = HOOK_COMMANDS;
        else if (h->state == HOOK_COMMANDS && h->has_options)
                h->state = HOOK_OPTIONS;
        else
                h->state = HOOK_COMPLETE;
        return 0;
}

/* Handles one packet. Returns how many bytes it had; 0: it is not complete yet. */
static int take_one(HookInput *h, const char *data, size_t length, Error *e)
{
        unsigned size = 0;

        if (length < PKT_HEADER)
                return 0;
        for (int i = 0; i < PKT_HEADER; i++) {
                int digit = hex_digit(data[i]);
                if (digit < 0)
                        return bad(e, "a length that is not hexadecimal");
                size = size << 4 | (unsigned) digit;
        }
        if (size == 0) {
                int r = take_flush(h, e);
                return r < 0 ? r : PKT_HEADER;
        }
        if (size < PKT_HEADER || size > PKT_MAX)
                return bad(e, "a length that cannot be");
        if (size > length)
                return 0;
        int r = take_packet(h, data + PKT_HEADER, size - PKT_HEADER, e);
        return r < 0 ? r : (int) size;
}

int hook_input_feed(HookInput *h, const void *data, size_t length, Error *e)
{
        buffer_append(&h->pending, data, length);
        if (h->pending.failed)
                return -ENOMEM;

        size_t done = 0;
        while (h->state != HOOK_COMPLETE && h->pending.length > done) {
                int r = take_one(h, h->pending.data + done, h->pending.length - done, e);
                if (r < 0)
                        return r;
                if (r == 0)
                        break;
                done += (size_t) r;
        }
        if (h->state == HOOK_COMPLETE && h->pending.length > done)
                return bad(e, "more after the end");
        if (done > 0) {
                memmove(h->pending.data, h->pending.data + done, h->pending.length - done);
                h->pending.length -= done;
        }
        return 0;
}

void hook_input_clear(HookInput *h)
{
        for (size_t i = 0; i < h->n_updates; i++) {
                free(h->updates[i].old_oid);
                free(h->updates[i].new_oid);
                free(h->updates[i].ref);
        }
        free(h->updates);
        strv_free(h->options);
        buffer_clear(&h->pending);
        *h = HOOK_INPUT_NULL;
}

void pkt_append(Buffer *b, const char *data, size_t length)
{
        if (length > PKT_MAX - PKT_HEADER)
                length = PKT_MAX - PKT_HEADER;
        buffer_printf(b, "%04x", (unsigned) (length + PKT_HEADER));
        buffer_append(b, data, length);
}

void pkt_appendf(Buffer *b, const char *format, ...)
{
        char *text = NULL;
        va_list ap;
        va_start(ap, format);
        int n = vasprintf(&text, format, ap);
        va_end(ap);
        if (n < 0) {
                b->failed = true;
                return;
        }
        pkt_append(b, text, (size_t) n);
        free(text);
}

void pkt_flush(Buffer *b)
{
        buffer_puts(b, "0000");
}
