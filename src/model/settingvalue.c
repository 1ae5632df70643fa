/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* One value: from what a person writes to the text that is kept, and to the number that it means. */

#include "model/setting.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "basic/buffer.h"
#include "basic/text.h"
#include "model/excerpt.h"

#define LAST_SIGNAL 31 /* real-time signals have no names that all shells share */

static const struct {
        const char *name;
        uint64_t factor;
} units[] = {{"T", 1ULL << 40}, {"G", 1ULL << 30}, {"M", 1ULL << 20}, {"K", 1ULL << 10}};

static char *print_number(const Setting *s, uint64_t n)
{
        char *text = NULL;
        const char *unit = s->kind == SETTING_SECONDS ? "s" : s->kind == SETTING_PERCENT ? "%" : "";
        for (size_t i = 0; s->kind == SETTING_BYTES && n > 0 && i < ELEMENTSOF(units) && !*unit; i++) {
                if (n % units[i].factor != 0)
                        continue;
                unit = units[i].name;
                n /= units[i].factor;
        }
        return asprintf(&text, "%llu%s", (unsigned long long) n, unit) < 0 ? NULL : text;
}

/* The choice at `index`, or the one that is `text` (the other is NULL). -1: there is none. */
static int find_choice(const Setting *s, const char *text, size_t length)
{
        int index = 0;
        for (const char *c = s->choices; c; index++) {
                const char *end = strchrnul(c, '|');
                if ((size_t) (end - c) == length && memcmp(c, text, length) == 0)
                        return index;
                c = *end ? end + 1 : NULL;
        }
        return -1;
}

/* "SIGTERM", "TERM" in any case, "15"; 0: it is none. */
static int find_signal(const char *text)
{
        uint64_t number;
        if (text_parse_uint(text, LAST_SIGNAL, &number) >= 0)
                return (int) number;
        if (strncasecmp(text, "SIG", 3) == 0)
                text += 3;
        for (int i = 1; i <= LAST_SIGNAL; i++) {
                const char *name = sigabbrev_np(i);
                if (name && strcasecmp(name, text) == 0)
                        return i;
        }
        return 0;
}

static int flag_of(const char *text)
{
        static const char *const words[] = {"no", "yes", "off", "on", "false", "true", "0", "1"};
        for (size_t i = 0; i < ELEMENTSOF(words); i++)
                if (strcasecmp(words[i], text) == 0)
                        return (int) i % 2;
        return -1;
}

static int parse_number(const Setting *s, const char *text, uint64_t *ret)
{
        _cleanup_free_ char *bare = NULL;
        switch (s->kind) {
        case SETTING_SECONDS:
                return text_parse_seconds(text, ret);
        case SETTING_BYTES:
                return text_parse_bytes(text, ret);
        case SETTING_PERCENT:
                bare = strndup(text, strlen(text) - text_ends_with(text, "%"));
                return bare ? text_parse_uint(bare, UINT64_MAX, ret) : -ENOMEM;
        default:
                return text_parse_uint(text, UINT64_MAX, ret);
        }
}

static bool is_number(const Setting *s)
{
        return s->kind <= SETTING_PERCENT;
}

static bool is_printable(const char *text)
{
        for (const char *p = text; *p; p++)
                if ((unsigned char) *p < ' ' || *p == 0x7f)
                        return false;
        return text_is_utf8(text, strlen(text)) && strlen(text) <= SETTING_TEXT_MAX;
}

/* -EINVAL, -ERANGE or -ENOMEM without a text. */
static int convert(const Setting *s, const char *text, char **ret)
{
        uint64_t n;
        int r;
        switch (s->kind) {
        case SETTING_FLAG:
                r = flag_of(text);
                if (r < 0)
                        return -EINVAL;
                *ret = strdup(r ? "yes" : "no");
                break;
        case SETTING_CHOICE:
                if (find_choice(s, text, strlen(text)) < 0)
                        return -EINVAL;
                *ret = strdup(text);
                break;
        case SETTING_SIGNAL:
                r = find_signal(text);
                if (r == SIGKILL || r == SIGSTOP || (r == 0 && !streq(text, s->initial)))
                        return -EINVAL;
                if (r == 0)
                        *ret = strdup(text);
                else if (asprintf(ret, "SIG%s", sigabbrev_np(r)) < 0)
                        *ret = NULL;
                break;
        case SETTING_PATH:
                if (!is_printable(text) || !text_is_path_below(text))
                        return -EINVAL;
                *ret = strndup(text, strlen(text) - text_ends_with(text, "/"));
                break;
        case SETTING_TEXT:
                if (!is_printable(text))
                        return -EINVAL;
                *ret = strdup(text);
                break;
        default:
                r = parse_number(s, text, &n);
                if (r < 0)
                        return r;
                if (n < s->min || n > s->max)
                        return -ERANGE;
                *ret = print_number(s, n);
        }
        return *ret ? 0 : -ENOMEM;
}

static void put_choices(Buffer *b, const char *choices)
{
        for (const char *c = choices; *c;) {
                size_t n = strcspn(c, "|");
                bool last = !c[n];
                buffer_printf(b, "%s%.*s", c == choices ? "" : last ? " or " : ", ", (int) n, c);
                c += n + !last;
        }
}

char *setting_allowed(const Setting *s)
{
        _cleanup_buffer_ Buffer b = BUFFER_NULL;
        char *text = NULL;
        if (is_number(s)) {
                _cleanup_free_ char *min = print_number(s, s->min), *max = print_number(s, s->max);
                if (!min || !max)
                        return NULL;
                if (s->kind == SETTING_BYTES && s->max == UINT64_MAX)
                        buffer_puts(&b, "a number of bytes, as 500K, 10M or 1G");
                else
                        buffer_printf(&b, "from %s to %s%s", min, max,
                                      s->kind == SETTING_SECONDS ? ", as 90s, 5min or 2h" : "");
        } else if (s->kind == SETTING_FLAG) {
                buffer_puts(&b, "yes or no");
        } else if (s->kind == SETTING_CHOICE) {
                put_choices(&b, s->choices);
        } else if (s->kind == SETTING_SIGNAL) {
                buffer_printf(&b, "a signal that a process can act on, as SIGTERM or SIGQUIT%s",
                              streq(s->initial, "none") ? ", or none" : "");
        } else if (s->kind == SETTING_PATH) {
                buffer_puts(&b, "a directory of the application, as public/assets");
        } else {
                buffer_printf(&b, "a line of at most %d bytes", SETTING_TEXT_MAX);
        }
        return buffer_finish(&b, &text, NULL) < 0 ? NULL : text;
}

int setting_canonical(const Setting *s, const char *text, char **ret, Error *e)
{
        char shown[EXCERPT_SIZE], *value = NULL;
        int r = convert(s, text, &value);
        if (r >= 0) {
                *ret = value;
                return 0;
        }
        if (r == -ENOMEM)
                return r;
        _cleanup_free_ char *allowed = setting_allowed(s);
        return allowed ? error_set(e, r, "%s cannot be \"%s\": it is %s", s->name,
                                   excerpt(text, strlen(text), shown), allowed)
                       : -ENOMEM;
}

uint64_t setting_number(const Setting *s, const char *value)
{
        uint64_t n = 0;
        int r;
        switch (s->kind) {
        case SETTING_FLAG:
                return flag_of(value) == 1;
        case SETTING_CHOICE:
                r = find_choice(s, value, strlen(value));
                return r < 0 ? 0 : (uint64_t) r;
        case SETTING_SIGNAL:
                return (uint64_t) find_signal(value);
        default:
                return parse_number(s, value, &n) < 0 ? 0 : n;
        }
}
