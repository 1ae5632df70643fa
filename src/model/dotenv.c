/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "model/dotenv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "basic/buffer.h"
#include "basic/text.h"

typedef struct Reader {
        const char *file;
        size_t line; /* from 1 */
        Config c;
        Error *e;
} Reader;

static int refuse(Reader *d, const char *why)
{
        return error_set(d->e, -EINVAL, "%s, line %zu: %s", d->file, d->line, why);
}

static bool is_name(char c)
{
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static void free_secret(char *s)
{
        if (s)
                explicit_bzero(s, strlen(s));
        free(s);
}

/* In double quotes, without these. */
static void unescape(char *s)
{
        char *to = s;
        for (const char *p = s; *p; p++) {
                if (*p == '\\' && p[1])
                        *to++ = *++p == 'n' ? '\n' : *p;
                else
                        *to++ = *p;
        }
        explicit_bzero(to, strlen(to));
}

static int read_value(Reader *d, const char *p, size_t length, char **ret)
{
        char quote = length > 0 && (p[0] == '"' || p[0] == '\'') ? p[0] : '\0';
        if (quote && (length < 2 || p[length - 1] != quote))
                return refuse(d, quote == '"'
                                         ? "the double quote is not closed on this line: a newline in a "
                                           "value is written \\n, in double quotes"
                                         : "the single quote is not closed on this line: put a value "
                                           "that begins with one in double quotes");
        char *value = strndup(p + (quote ? 1 : 0), length - (quote ? 2 : 0));
        if (!value)
                return -ENOMEM;
        if (quote == '"')
                unescape(value);
        *ret = value;
        return 0;
}

static int add(Reader *d, const char *name, char *value)
{
        int r = config_var_check(name, value, strlen(value), d->e);
        if (r < 0)
                return error_prefix(d->e, r, "%s, line %zu", d->file, d->line);
        if (config_get(&d->c, name))
                return error_set(d->e, -EINVAL,
                                 "%s, line %zu: %s is set above already: one of the two must go", d->file,
                                 d->line, name);
        if (d->c.n_vars >= DOTENV_MAX_VARS)
                return error_set(d->e, -E2BIG, "%s, line %zu: there are more than %d config vars", d->file,
                                 d->line, DOTENV_MAX_VARS);
        r = config_set(&d->c, name, value);
        return r < 0 ? r : 0;
}

static int read_line(Reader *d, const char *p, size_t length)
{
        static const char allowed[] = "a line is NAME=value, a comment that starts with #, or blank";
        size_t blank = 0, name_length = 0;

        while (blank < length && (p[blank] == ' ' || p[blank] == '\t'))
                blank++;
        if (blank == length || p[blank] == '#')
                return 0;
        if (memchr(p, '\0', length))
                return refuse(d, "there is a NUL byte in it, which no environment can carry");
        while (name_length < length && is_name(p[name_length]))
                name_length++;
        if (name_length == 6 && memcmp(p, "export", 6) == 0 && length > 6 && p[6] == ' ')
                return refuse(d, "`export` is not understood: a line is NAME=value");
        if (name_length == 0 || name_length == length || p[name_length] != '=')
                return error_set(d->e, -EINVAL,
                                 "%s, line %zu: this is no config var: %s; names are letters, digits and "
                                 "underscores, without blanks before or after",
                                 d->file, d->line, allowed);

        _cleanup_free_ char *name = strndup(p, name_length);
        char *value = NULL;
        int r = name ? read_value(d, p + name_length + 1, length - name_length - 1, &value) : -ENOMEM;
        if (r >= 0)
                r = add(d, name, value);
        free_secret(value);
        return r;
}

static int read_lines(Reader *d, const char *text, size_t length)
{
        const char *p = text, *end = text + length;
        int r = 0;
        if (length >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0)
                p += 3;
        while (r >= 0 && p < end) {
                const char *newline = memchr(p, '\n', (size_t) (end - p)), *stop = newline ? newline : end;
                size_t n = (size_t) (stop - p);
                if (newline && n > 0 && p[n - 1] == '\r')
                        n--;
                d->line++;
                r = read_line(d, p, n);
                p = newline ? newline + 1 : end;
        }
        return r;
}

int dotenv_parse(const char *text, size_t length, const char *file, Config *ret, Error *e)
{
        Reader d = {.file = file, .e = e};
        int r = 0;
        if (length > DOTENV_MAX_BYTES)
                r = error_set(e, -E2BIG, "%s has %zu bytes, %d are possible at most", file, length,
                              DOTENV_MAX_BYTES);
        if (r >= 0)
                r = read_lines(&d, text, length);
        if (r >= 0)
                r = config_check_total(&d.c, e);
        if (r < 0) {
                config_clear(&d.c);
                return e && !e->message ? error_set(e, r, "%s: %s", file, strerror(-r)) : r;
        }
        *ret = d.c;
        return 0;
}

/* What no shell and no reader of such files takes for anything but itself. */
static bool is_plain(const char *value)
{
        static const char plain[] =
                "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:,@%";
        return !value[strspn(value, plain)];
}

static void put_quoted(Buffer *b, const char *value)
{
        buffer_puts(b, "\"");
        for (const char *p = value; *p; p++) {
                if (*p == '\n') {
                        buffer_puts(b, "\\n");
                        continue;
                }
                if (*p == '"' || *p == '\\')
                        buffer_puts(b, "\\");
                buffer_append(b, p, 1);
        }
        buffer_puts(b, "\"");
}

int dotenv_format(const Config *c, char **ret)
{
        _cleanup_buffer_ Buffer b = BUFFER_NULL;
        for (size_t i = 0; i < c->n_vars; i++) {
                buffer_printf(&b, "%s=", c->vars[i].name);
                if (is_plain(c->vars[i].value))
                        buffer_puts(&b, c->vars[i].value);
                else
                        put_quoted(&b, c->vars[i].value);
                buffer_puts(&b, "\n");
        }
        return buffer_finish(&b, ret, NULL);
}
