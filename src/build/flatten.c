/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "build/flatten.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "basic/buffer.h"
#include "basic/file.h"
#include "json/json.h"

#define FLATTEN_MAX_BYTES (1024 * 1024)

static void put_escaped(Buffer *b, const char *s, bool key)
{
        for (; *s; s++) {
                const char *escape = *s == '\\'         ? "\\\\"
                                     : *s == '\t'       ? "\\t"
                                     : *s == '\n'       ? "\\n"
                                     : *s == '\r'       ? "\\r"
                                     : key && *s == '.' ? "\\."
                                                        : NULL;
                if (escape)
                        buffer_puts(b, escape);
                else
                        buffer_append(b, s, 1);
        }
}

static void put_leaf(Buffer *b, const Buffer *path, const Json *j)
{
        buffer_append(b, path->data ?: "", path->length);
        buffer_puts(b, "\t");
        if (js_is_string(j))
                put_escaped(b, js_string_value(j), false);
        else if (js_is_number(j))
                buffer_printf(b, "%lld", (long long) js_number_value(j));
        else if (js_is_bool(j))
                buffer_puts(b, js_bool_value(j) ? "true" : "false");
        else
                buffer_puts(b, js_is_object(j) ? "{}" : js_is_array(j) ? "[]" : "null");
        buffer_puts(b, "\n");
}

/* The JSON reader bounds the depth. */
static void put_value(Buffer *b, Buffer *path, const Json *j)
{
        size_t length = path->length;
        const char *dot = length > 0 ? "." : "";

        if ((!js_is_object(j) && !js_is_array(j)) || js_size(j) == 0) {
                put_leaf(b, path, j);
                return;
        }
        const char *key;
        const Json *value;
        for (void *iter = NULL; js_is_object(j) && js_next(j, &iter, &key, &value); path->length = length) {
                buffer_puts(path, dot);
                put_escaped(path, key, true);
                put_value(b, path, value);
        }
        for (size_t i = 0; js_is_array(j) && i < js_size(j); i++, path->length = length) {
                buffer_printf(path, "%s%zu", dot, i);
                put_value(b, path, js_at(j, i));
        }
}

int flatten_json(const char *path)
{
        _cleanup_error_ Error e = ERROR_NULL;
        _cleanup_buffer_ Buffer out = BUFFER_NULL, at = BUFFER_NULL;
        _cleanup_free_ char *text = NULL, *lines = NULL;
        _cleanup_json_ Json *j = NULL;
        size_t length;

        int r = file_read(path, FLATTEN_MAX_BYTES, &text, &length);
        if (r >= 0)
                r = js_parse(text, length, &j, &e);
        if (r >= 0) {
                put_value(&out, &at, j);
                r = at.failed ? -ENOMEM : buffer_finish(&out, &lines, &length);
        }
        if (r >= 0)
                r = fd_write_all(STDOUT_FILENO, lines, length);
        if (r < 0)
                fprintf(stderr, "%s: %s\n", path, error_text(&e, r));
        return r;
}
