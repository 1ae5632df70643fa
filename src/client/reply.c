/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "client/reply.h"

#include <errno.h>

#include "basic/text.h"

/* As deep as D-Bus itself allows is deeper than anything that paasd says. */
#define DEPTH_MAX 16

static int read_value(sd_bus_message *m, unsigned depth, Json **ret);

static int read_number(sd_bus_message *m, char type, Json **ret)
{
        union {
                uint8_t y;
                int16_t n;
                uint16_t q;
                int32_t i;
                uint32_t u;
                int64_t x;
                uint64_t t;
        } v;
        int r = sd_bus_message_read_basic(m, type, &v);
        if (r < 0)
                return r;

        int64_t number = type == 'y'       ? v.y
                         : type == 'n'     ? v.n
                         : type == 'q'     ? v.q
                         : type == 'i'     ? v.i
                         : type == 'u'     ? (int64_t) v.u
                         : type == 'x'     ? v.x
                         : v.t > INT64_MAX ? INT64_MAX
                                           : (int64_t) v.t;
        *ret = js_number(number);
        return *ret ? 0 : -ENOMEM;
}

static int read_basic(sd_bus_message *m, char type, Json **ret)
{
        if (type == 's' || type == 'o' || type == 'g') {
                const char *s;
                int r = sd_bus_message_read_basic(m, type, &s);
                if (r < 0)
                        return r;
                *ret = js_string(s);
                return *ret ? 0 : -ENOMEM;
        }
        if (type == 'b') {
                int b;
                int r = sd_bus_message_read_basic(m, type, &b);
                if (r < 0)
                        return r;
                *ret = js_bool(b);
                return *ret ? 0 : -ENOMEM;
        }
        if (!strchr("ynqiuxt", type))
                return -EBADMSG;
        return read_number(m, type, ret);
}

static int read_entries(sd_bus_message *m, const char *contents, unsigned depth, Json *object)
{
        int r;
        while ((r = sd_bus_message_enter_container(m, 'e', contents)) > 0) {
                const char *key;
                r = sd_bus_message_read_basic(m, 's', &key);
                if (r < 0)
                        return r;
                Json *value = NULL;
                r = read_value(m, depth, &value);
                if (r < 0)
                        return r;
                r = js_set(object, key, value);
                if (r < 0)
                        return r;
                r = sd_bus_message_exit_container(m);
                if (r < 0)
                        return r;
        }
        return r;
}

static int read_object(sd_bus_message *m, const char *contents, unsigned depth, Json **ret)
{
        _cleanup_json_ Json *object = js_object();
        if (!object)
                return -ENOMEM;
        if (contents[1] != 's')
                return -EBADMSG;

        /* "{sv}" without its braces */
        _cleanup_free_ char *inner = strndup(contents + 1, strlen(contents) - 2);
        if (!inner)
                return -ENOMEM;
        int r = sd_bus_message_enter_container(m, 'a', contents);
        if (r < 0)
                return r;
        r = read_entries(m, inner, depth, object);
        if (r < 0)
                return r;
        r = sd_bus_message_exit_container(m);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(object);
        return 0;
}

static int read_list(sd_bus_message *m, char type, const char *contents, unsigned depth, Json **ret)
{
        _cleanup_json_ Json *array = js_array();
        if (!array)
                return -ENOMEM;
        int r = sd_bus_message_enter_container(m, type, contents);
        if (r < 0)
                return r;
        while (sd_bus_message_at_end(m, false) == 0) {
                Json *value = NULL;
                r = read_value(m, depth, &value);
                if (r < 0)
                        return r;
                r = js_add(array, value);
                if (r < 0)
                        return r;
        }
        r = sd_bus_message_exit_container(m);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(array);
        return 0;
}

static int read_value(sd_bus_message *m, unsigned depth, Json **ret)
{
        char type;
        const char *contents;
        int r = sd_bus_message_peek_type(m, &type, &contents);
        if (r < 0)
                return r;
        if (r == 0 || depth >= DEPTH_MAX)
                return -EBADMSG;

        if (type == 'v') {
                r = sd_bus_message_enter_container(m, 'v', contents);
                if (r < 0)
                        return r;
                _cleanup_json_ Json *value = NULL;
                r = read_value(m, depth + 1, &value);
                if (r < 0)
                        return r;
                r = sd_bus_message_exit_container(m);
                if (r < 0)
                        return r;
                *ret = TAKE_PTR(value);
                return 0;
        }
        if (type == 'a' && contents[0] == '{')
                return read_object(m, contents, depth + 1, ret);
        if (type == 'a' || type == 'r')
                return read_list(m, type, contents, depth + 1, ret);
        return read_basic(m, type, ret);
}

int reply_to_json(sd_bus_message *m, Json **ret)
{
        return read_value(m, 0, ret);
}

const char *reply_text(const Json *object, const char *key)
{
        const char *s;
        return js_get_string(object, key, &s) < 0 ? "" : s;
}

int64_t reply_number(const Json *object, const char *key)
{
        int64_t n;
        return js_get_number(object, key, &n) < 0 ? 0 : n;
}

bool reply_bool(const Json *object, const char *key)
{
        bool b;
        return js_get_bool(object, key, &b) < 0 ? false : b;
}
