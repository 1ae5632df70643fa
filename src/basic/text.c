/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "basic/text.h"

#include <errno.h>
#include <stdlib.h>

#include "basic/cleanup.h"

bool text_equal(const char *a, const char *b)
{
        if (!a || !b)
                return a == b;
        return streq(a, b);
}

const char *text_after(const char *s, const char *prefix)
{
        size_t n = strlen(prefix);
        return strncmp(s, prefix, n) == 0 ? s + n : NULL;
}

bool text_ends_with(const char *s, const char *suffix)
{
        size_t n = strlen(s), m = strlen(suffix);
        return n >= m && streq(s + n - m, suffix);
}

bool text_is_path_below(const char *s)
{
        for (const char *p = s; *p;) {
                size_t n = strcspn(p, "/");
                if (n == 0 || (n == 1 && p[0] == '.') || (n == 2 && p[0] == '.' && p[1] == '.'))
                        return false;
                p += n;
                if (*p == '/')
                        p++;
        }
        return true;
}

/* Digits up to `end`, which need not be the end of the string. */
static int parse_digits(const char *s, uint64_t max, uint64_t *ret, const char **ret_end)
{
        uint64_t value = 0;
        const char *p = s;

        for (; *p >= '0' && *p <= '9'; p++) {
                uint64_t digit = (uint64_t) (*p - '0');
                if (value > (max - digit) / 10 || digit > max)
                        return -ERANGE;
                value = value * 10 + digit;
        }
        if (p == s)
                return -EINVAL;
        *ret = value;
        *ret_end = p;
        return 0;
}

int text_parse_uint(const char *s, uint64_t max, uint64_t *ret)
{
        const char *end;
        uint64_t value;
        int r = parse_digits(s, max, &value, &end);
        if (r < 0)
                return r;
        if (*end)
                return -EINVAL;
        *ret = value;
        return 0;
}

typedef struct Suffix {
        const char *name;
        uint64_t factor;
} Suffix;

static int parse_with_suffix(const char *s, const Suffix *table, size_t n, uint64_t *ret)
{
        const char *end;
        uint64_t value;
        int r = parse_digits(s, UINT64_MAX, &value, &end);
        if (r < 0)
                return r;
        for (size_t i = 0; i < n; i++) {
                if (!streq(end, table[i].name))
                        continue;
                if (value > UINT64_MAX / table[i].factor)
                        return -ERANGE;
                *ret = value * table[i].factor;
                return 0;
        }
        return -EINVAL;
}

int text_parse_seconds(const char *s, uint64_t *ret)
{
        static const Suffix table[] = {
                {"", 1},   {"s", 1},    {"sec", 1},   {"min", 60},
                {"m", 60}, {"h", 3600}, {"hr", 3600}, {"d", 86400},
        };
        return parse_with_suffix(s, table, ELEMENTSOF(table), ret);
}

int text_parse_bytes(const char *s, uint64_t *ret)
{
        static const Suffix table[] = {
                {"", 1},
                {"K", 1ULL << 10},
                {"KiB", 1ULL << 10},
                {"M", 1ULL << 20},
                {"MiB", 1ULL << 20},
                {"G", 1ULL << 30},
                {"GiB", 1ULL << 30},
                {"T", 1ULL << 40},
                {"TiB", 1ULL << 40},
        };
        return parse_with_suffix(s, table, ELEMENTSOF(table), ret);
}

/* Length of the sequence that starts at `p`, or 0 when it is not valid. */
static size_t utf8_sequence(const unsigned char *p, size_t left)
{
        static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
        size_t n = p[0] < 0x80             ? 1
                   : (p[0] & 0xe0) == 0xc0 ? 2
                   : (p[0] & 0xf0) == 0xe0 ? 3
                   : (p[0] & 0xf8) == 0xf0 ? 4
                                           : 0;
        if (n == 0 || n > left)
                return 0;
        if (n == 1)
                return p[0] ? 1 : 0;

        uint32_t c = p[0] & (0xffU >> (n + 1));
        for (size_t i = 1; i < n; i++) {
                if ((p[i] & 0xc0) != 0x80)
                        return 0;
                c = c << 6 | (p[i] & 0x3f);
        }
        if (c < smallest[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
                return 0;
        return n;
}

bool text_is_utf8(const char *s, size_t length)
{
        const unsigned char *p = (const unsigned char *) s;
        for (size_t i = 0; i < length;) {
                size_t n = utf8_sequence(p + i, length - i);
                if (n == 0)
                        return false;
                i += n;
        }
        return true;
}

int text_replace(char **p, const char *s)
{
        char *copy = s ? strdup(s) : NULL;
        if (s && !copy)
                return -ENOMEM;
        free(*p);
        *p = copy;
        return 0;
}
