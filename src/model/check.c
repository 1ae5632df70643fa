/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "model/check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "basic/buffer.h"
#include "basic/strv.h"
#include "basic/text.h"

#define SECONDS_MAX 86400
#define STATUS_FIRST 200 /* of a path that was written down: 2xx */
#define STATUS_LAST 299

static const char *const type_names[_CHECK_TYPE_MAX] = {
        [CHECK_STARTUP] = "startup",
        [CHECK_READINESS] = "readiness",
        [CHECK_LIVENESS] = "liveness",
};

static const char *const way_names[_CHECK_WAY_MAX] = {
        [CHECK_PATH] = "path",     [CHECK_COMMAND] = "command", [CHECK_LISTENING] = "listening",
        [CHECK_UPTIME] = "uptime", [CHECK_NOTIFY] = "notify",   [CHECK_WATCHDOG] = "watchdog",
};

const char *check_type_to_string(CheckType t)
{
        return (unsigned) t < _CHECK_TYPE_MAX ? type_names[t] : NULL;
}

int check_type_from_string(const char *s, CheckType *ret)
{
        for (int i = 0; i < _CHECK_TYPE_MAX; i++) {
                if (streq(s, type_names[i])) {
                        *ret = (CheckType) i;
                        return 0;
                }
        }
        return -EINVAL;
}

const char *check_way_to_string(CheckWay w)
{
        return (unsigned) w < _CHECK_WAY_MAX ? way_names[w] : NULL;
}

void check_clear(Check *c)
{
        free(c->text);
        free(c->process);
        free(c->name);
        free(c->path);
        free(c->content);
        for (size_t i = 0; i < c->n_headers; i++) {
                free(c->headers[i].name);
                free(c->headers[i].value);
        }
        free(c->headers);
        strv_free(c->command);
        *c = CHECK_NULL;
}

bool check_path_is_valid(const char *path)
{
        if (path[0] != '/')
                return false;
        for (; *path; path++)
                if (*path <= ' ' || *path > '~')
                        return false;
        return true;
}

bool check_header_name_is_valid(const char *name)
{
        size_t n = strlen(name);
        return n > 0 && n <= 100 &&
               strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == n;
}

bool check_text_is_valid(const char *text)
{
        for (; *text; text++)
                if ((unsigned char) *text < ' ' || *text == 0x7f)
                        return false;
        return true;
}

static int read_status_number(const char *text, unsigned *ret)
{
        uint64_t n;
        if (text_parse_uint(text, 599, &n) < 0 || n < 100)
                return -EINVAL;
        *ret = (unsigned) n;
        return 0;
}

int check_status_parse(const char *text, unsigned *ret_first, unsigned *ret_last)
{
        char first[4];
        const char *dash = strchr(text, '-');
        size_t n = dash ? (size_t) (dash - text) : strlen(text);
        unsigned a, b;
        if (n >= sizeof(first))
                return -EINVAL;
        memcpy(first, text, n);
        first[n] = '\0';
        if (read_status_number(first, &a) < 0 || read_status_number(dash ? dash + 1 : first, &b) < 0 ||
            a > b)
                return -EINVAL;
        *ret_first = a;
        *ret_last = b;
        return 0;
}

static int copy_string(const Json *j, const char *key, char **ret)
{
        const char *s = js_string_value(js_get(j, key));
        return text_replace(ret, s && *s ? s : NULL);
}

/* `otherwise` when it is not there. */
static int read_number(const Json *j, const char *key, uint64_t min, uint64_t max, uint64_t otherwise,
                       uint64_t *ret)
{
        const Json *value = js_get(j, key);
        int64_t n = js_number_value(value);
        *ret = otherwise;
        if (!value)
                return 0;
        if (!js_is_number(value) || n < (int64_t) min || n > (int64_t) max)
                return -EINVAL;
        *ret = (uint64_t) n;
        return 0;
}

static int read_headers(const Json *list, Check *c)
{
        size_t n = js_size(list);
        if (n > CHECK_HEADERS_MAX)
                return -EINVAL;
        c->headers = calloc(n + 1, sizeof(CheckHeader));
        if (!c->headers)
                return -ENOMEM;
        for (size_t i = 0; i < n; i++) {
                const char *name, *value;
                if (js_get_string(js_at(list, i), "name", &name) < 0 ||
                    js_get_string(js_at(list, i), "value", &value) < 0 ||
                    !check_header_name_is_valid(name) || !check_text_is_valid(value))
                        return -EINVAL;
                CheckHeader *h = &c->headers[c->n_headers++];
                if (!(h->name = strdup(name)) || !(h->value = strdup(value)))
                        return -ENOMEM;
        }
        return 0;
}

static int read_command(const Json *list, Check *c)
{
        for (size_t i = 0; i < js_size(list); i++) {
                const char *word = js_string_value(js_at(list, i));
                int r = word ? strv_append(&c->command, word) : -EINVAL;
                if (r < 0)
                        return r;
        }
        return c->command ? 0 : -EINVAL;
}

static int read_way(const Json *j, Check *c)
{
        int r;
        if (js_get(j, "path")) {
                c->way = CHECK_PATH;
                r = copy_string(j, "path", &c->path);
                return r < 0 ? r : c->path && check_path_is_valid(c->path) ? 0 : -EINVAL;
        }
        if (js_get(j, "command")) {
                c->way = CHECK_COMMAND;
                return read_command(js_get(j, "command"), c);
        }
        if (js_get(j, "uptime")) {
                c->way = CHECK_UPTIME;
                return read_number(j, "uptime", 1, SECONDS_MAX, 0, &c->seconds);
        }
        if (js_get(j, "watchdog")) {
                c->way = CHECK_WATCHDOG;
                return read_number(j, "watchdog", 1, SECONDS_MAX, 0, &c->seconds);
        }
        bool notify = js_bool_value(js_get(j, "notify"));
        c->way = notify ? CHECK_NOTIFY : CHECK_LISTENING;
        return notify || js_bool_value(js_get(j, "listening")) ? 0 : -EINVAL;
}

static int read_status(const Json *value, Check *c)
{
        c->status_first = STATUS_FIRST;
        c->status_last = STATUS_LAST;
        if (!value)
                return 0;
        if (js_is_string(value))
                return check_status_parse(js_string_value(value), &c->status_first, &c->status_last);
        if (js_number_value(value) < 100 || js_number_value(value) > 599)
                return -EINVAL;
        c->status_first = c->status_last = (unsigned) js_number_value(value);
        return 0;
}

static int read_times(const Json *j, Check *c)
{
        uint64_t attempts, port;
        int r = read_number(j, "attempts", 1, 1000, CHECK_ATTEMPTS, &attempts);
        if (r >= 0)
                r = read_number(j, "wait", 0, SECONDS_MAX, CHECK_WAIT, &c->wait);
        if (r >= 0)
                r = read_number(j, "timeout", 1, SECONDS_MAX, CHECK_TIMEOUT, &c->timeout);
        if (r >= 0)
                r = read_number(j, "initialDelay", 0, SECONDS_MAX, 0, &c->initial_delay);
        if (r >= 0)
                r = read_number(j, "port", 1, 65535, 0, &port);
        if (r < 0)
                return r;
        c->attempts = (unsigned) attempts;
        c->port = (unsigned) port;
        return 0;
}

static int read_all(const Json *j, Check *c)
{
        const char *type = js_string_value(js_get(j, "type"));
        int r = type ? check_type_from_string(type, &c->type) : 0;
        if (r >= 0)
                r = read_way(j, c);
        if (r >= 0)
                r = read_status(js_get(j, "status"), c);
        if (r >= 0)
                r = read_times(j, c);
        if (r >= 0)
                r = read_headers(js_get(j, "httpHeaders"), c);
        if (r >= 0)
                r = copy_string(j, "name", &c->name);
        if (r >= 0)
                r = copy_string(j, "content", &c->content);
        if (r >= 0 && c->content && !check_text_is_valid(c->content))
                r = -EINVAL;
        c->warn = js_bool_value(js_get(j, "warn"));
        return r < 0 ? r : js_format_line(j, &c->text);
}

int check_read(const Json *j, Check *ret)
{
        _cleanup_check_ Check c = CHECK_NULL;
        int r = js_is_object(j) ? read_all(j, &c) : -EINVAL;
        if (r < 0)
                return r;
        *ret = c;
        c = CHECK_NULL;
        return 0;
}

int check_parse(const char *text, size_t length, Check *ret)
{
        _cleanup_json_ Json *j = NULL;
        if (length > CHECK_TEXT_MAX)
                return -EINVAL;
        int r = js_parse(text, length, &j, NULL);
        return r < 0 ? r == -EBADMSG ? -EINVAL : r : check_read(j, ret);
}

char *check_title(const Check *c)
{
        _cleanup_buffer_ Buffer b = BUFFER_NULL;
        char *text;
        switch (c->way) {
        case CHECK_PATH:
                buffer_printf(&b, "GET %s", c->path);
                break;
        case CHECK_COMMAND:
                buffer_puts(&b, "command");
                STRV_FOREACH(word, c->command)
                        buffer_printf(&b, " %s", *word);
                break;
        case CHECK_UPTIME:
                buffer_printf(&b, "uptime %llu s", (unsigned long long) c->seconds);
                break;
        case CHECK_WATCHDOG:
                buffer_printf(&b, "watchdog %llu s", (unsigned long long) c->seconds);
                break;
        default:
                buffer_puts(&b, check_way_to_string(c->way));
        }
        if (c->name)
                buffer_printf(&b, " (%s)", c->name);
        return buffer_finish(&b, &text, NULL) < 0 ? NULL : text;
}

uint64_t check_span(const Check *c)
{
        uint64_t each = c->timeout + c->wait;
        switch (c->way) {
        case CHECK_UPTIME:
                return c->seconds;
        case CHECK_NOTIFY:
        case CHECK_WATCHDOG:
                return 0;
        default:
                return c->initial_delay + c->attempts * each;
        }
}
