/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "json/json.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "basic/buffer.h"
#include "basic/text.h"

/* jansson's functions take what they only read as non-const. */
static json_t *mutable(const Json *j)
{
        return (json_t *) j;
}

Json *js_free(Json *j)
{
        json_decref(j);
        return NULL;
}

Json *js_ref(const Json *j)
{
        return json_incref(mutable(j));
}

/* The parser quotes what it met, which may be anything: a terminal must not act on it. U+0080 to U+009F,
 * which UTF-8 writes as 0xc2 and one byte more, are control characters too. */
static void make_printable(char *s)
{
        for (unsigned char *p = (unsigned char *) s; *p; p++) {
                if (p[0] < 0x20 || p[0] == 0x7f)
                        p[0] = '?';
                else if (p[0] == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0)
                        p[0] = p[1] = '?';
        }
}

/* jansson overlooks a NUL byte behind a number and behind true, false and null. */
static int refuse_nul(const char *text, const char *nul, Error *e)
{
        size_t line = 1, column = 1;
        for (const char *p = text; p < nul; p++) {
                column = *p == '\n' ? 1 : column + 1;
                line += *p == '\n';
        }
        return error_set(e, -EBADMSG, "line %zu, column %zu: a NUL byte is not allowed", line, column);
}

int js_parse(const char *text, size_t length, Json **ret, Error *e)
{
        json_error_t error;
        const char *nul = length > 0 ? memchr(text, '\0', length) : NULL;
        if (nul)
                return refuse_nul(text, nul, e);

        json_t *j = json_loadb(text, length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
        if (!j) {
                /* An allocation that failed mostly leaves no error behind. */
                if (!error.text[0] || json_error_code(&error) == json_error_out_of_memory)
                        return -ENOMEM;
                make_printable(error.text);
                if (!text_is_utf8(error.text, strlen(error.text)))
                        return error_set(e, -EBADMSG, "line %d, column %d: this is not UTF-8", error.line,
                                         error.column);
                return error_set(e, -EBADMSG, "line %d, column %d: %s", error.line, error.column,
                                 error.text);
        }
        *ret = j;
        return 0;
}

static int append(const char *data, size_t length, void *userdata)
{
        Buffer *b = userdata;
        buffer_append(b, data, length);
        return b->failed ? -1 : 0;
}

/* Not by json_dumps(): where it runs out of memory it may leave a key out and say nothing. A Buffer
 * remembers. */
static int format(const Json *j, size_t flags, const char *end, char **ret)
{
        _cleanup_buffer_ Buffer b = BUFFER_NULL;
        if (!j || json_dump_callback(j, append, &b, JSON_SORT_KEYS | JSON_ENCODE_ANY | flags) < 0)
                return -ENOMEM;
        buffer_puts(&b, end);
        return buffer_finish(&b, ret, NULL);
}

int js_format(const Json *j, char **ret)
{
        return format(j, JSON_INDENT(2), "\n", ret);
}

int js_format_line(const Json *j, char **ret)
{
        return format(j, JSON_COMPACT, "", ret);
}

Json *js_object(void)
{
        return json_object();
}

Json *js_array(void)
{
        return json_array();
}

Json *js_string(const char *s)
{
        return s ? json_string(s) : NULL;
}

Json *js_number(int64_t n)
{
        return json_integer(n);
}

Json *js_bool(bool b)
{
        return json_boolean(b);
}

Json *js_null(void)
{
        return json_null();
}

int js_set(Json *object, const char *key, Json *value)
{
        if (!object || !value) {
                js_free(value);
                return -ENOMEM;
        }
        if (!json_is_object(object) || object == value || !text_is_utf8(key, strlen(key))) {
                js_free(value);
                return -EINVAL;
        }
        return json_object_set_new(object, key, value) < 0 ? -ENOMEM : 0;
}

int js_set_string(Json *object, const char *key, const char *s)
{
        if (!s)
                return 0;
        if (!text_is_utf8(s, strlen(s)))
                return -EINVAL;
        return js_set(object, key, js_string(s));
}

int js_set_number(Json *object, const char *key, int64_t n)
{
        return js_set(object, key, js_number(n));
}

int js_set_bool(Json *object, const char *key, bool b)
{
        return js_set(object, key, js_bool(b));
}

int js_add(Json *array, Json *value)
{
        if (!array || !value) {
                js_free(value);
                return -ENOMEM;
        }
        if (!json_is_array(array) || array == value) {
                js_free(value);
                return -EINVAL;
        }
        return json_array_append_new(array, value) < 0 ? -ENOMEM : 0;
}

int js_add_string(Json *array, const char *s)
{
        if (s && !text_is_utf8(s, strlen(s)))
                return -EINVAL;
        return js_add(array, js_string(s));
}

bool js_is_object(const Json *j)
{
        return json_is_object(j);
}

bool js_is_array(const Json *j)
{
        return json_is_array(j);
}

bool js_is_string(const Json *j)
{
        return json_is_string(j);
}

bool js_is_number(const Json *j)
{
        return json_is_integer(j);
}

bool js_is_bool(const Json *j)
{
        return json_is_boolean(j);
}

bool js_is_null(const Json *j)
{
        return json_is_null(j);
}

const Json *js_get(const Json *object, const char *key)
{
        return json_object_get(object, key);
}

int js_get_string(const Json *object, const char *key, const char **ret)
{
        const Json *j = js_get(object, key);
        if (!j)
                return -ENOENT;
        if (!js_is_string(j))
                return -EINVAL;
        *ret = json_string_value(j);
        return 0;
}

int js_get_number(const Json *object, const char *key, int64_t *ret)
{
        const Json *j = js_get(object, key);
        if (!j)
                return -ENOENT;
        if (!js_is_number(j))
                return -EINVAL;
        *ret = json_integer_value(j);
        return 0;
}

int js_get_bool(const Json *object, const char *key, bool *ret)
{
        const Json *j = js_get(object, key);
        if (!j)
                return -ENOENT;
        if (!js_is_bool(j))
                return -EINVAL;
        *ret = json_is_true(j);
        return 0;
}

const char *js_string_value(const Json *j)
{
        return json_string_value(j);
}

int64_t js_number_value(const Json *j)
{
        return json_integer_value(j);
}

bool js_bool_value(const Json *j)
{
        return json_is_true(j);
}

size_t js_size(const Json *array_or_object)
{
        return json_is_array(array_or_object) ? json_array_size(array_or_object)
                                              : json_object_size(array_or_object);
}

const Json *js_at(const Json *array, size_t i)
{
        return json_array_get(array, i);
}

bool js_next(const Json *object, void **iter, const char **ret_key, const Json **ret_value)
{
        json_t *o = mutable(object);
        *iter = *iter ? json_object_iter_next(o, *iter) : json_object_iter(o);
        if (!*iter)
                return false;
        *ret_key = json_object_iter_key(*iter);
        *ret_value = json_object_iter_value(*iter);
        return true;
}
