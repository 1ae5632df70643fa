/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "build/packrelease.h"

#include <errno.h>
#include <string.h>

#include "basic/buffer.h"
#include "basic/text.h"
#include "build/say.h"
#include "model/name.h"

#define SECTION "default_process_types"
#define LISTEN "default_listen"

typedef struct Reader {
        unsigned line;
        bool in_section; /* below `default_process_types:` */
        bool in_ignored; /* below another key */
        Procfile p;
        Listen listen;
        char ***warnings;
        Error *e;
} Reader;

static int refuse(const Reader *d, const char *line, const char *why)
{
        _cleanup_free_ char *shown = say_printable(line, 80);
        return error_set(d->e, -EINVAL, "bin/release of the pack, line %u: \"%s\": %s", d->line, shown ?: "",
                         why);
}

static int ignore_key(Reader *d, const char *key, size_t length)
{
        _cleanup_free_ char *name = strndup(key, length);
        _cleanup_free_ char *shown = name ? say_printable(name, 40) : NULL;
        if (!shown)
                return -ENOMEM;
        return strv_appendf(d->warnings,
                            "'%s' of the pack's bin/release is ignored: only " SECTION " and " LISTEN
                            " are read",
                            shown);
}

/* A blank before it makes '#' a comment, as in YAML. */
static void cut_comment(char *value)
{
        for (char *p = value; *p; p++)
                if (*p == '#' && (p == value || p[-1] == ' ' || p[-1] == '\t'))
                        *p = '\0';
        for (size_t n = strlen(value); n > 0 && (value[n - 1] == ' ' || value[n - 1] == '\t'); n--)
                value[n - 1] = '\0';
}

/* 'it''s' and "say \"x\"": -EINVAL when the quote does not end, or something follows it. */
static int unquote(const char *value, char **ret)
{
        _cleanup_buffer_ Buffer b = BUFFER_NULL;
        char quote = value[0];
        const char *p = value + 1;

        for (; *p; p++) {
                bool doubled = quote == '\'' && p[0] == '\'' && p[1] == '\'';
                bool escaped = quote == '"' && p[0] == '\\' && (p[1] == '"' || p[1] == '\\');
                if (doubled || escaped)
                        p++;
                else if (*p == quote || (quote == '"' && *p == '\\'))
                        break;
                buffer_append(&b, p, 1);
        }
        if (*p != quote)
                return -EINVAL;
        p++;
        p += strspn(p, " \t");
        if (*p && *p != '#')
                return -EINVAL;
        return buffer_finish(&b, ret, NULL);
}

static int read_process(Reader *d, const char *line)
{
        const char *key = line + strspn(line, " \t");
        const char *colon = strchr(key, ':');
        if (!colon || (colon[1] && colon[1] != ' ' && colon[1] != '\t'))
                return refuse(d, line, "expected 'type: command'");

        _cleanup_free_ char *type = NULL, *command = NULL;
        int r = process_type_canonical(key, (size_t) (colon - key), &type, NULL);
        if (r < 0)
                return r == -ENOMEM ? r : refuse(d, line, "this is no process type");

        const char *value = colon + 1 + strspn(colon + 1, " \t");
        if (*value == '\'' || *value == '"') {
                r = unquote(value, &command);
                if (r < 0)
                        return r == -ENOMEM ? r : refuse(d, line, "the quotes are not right");
        } else {
                command = strdup(value);
                if (!command)
                        return -ENOMEM;
                cut_comment(command);
                if (command[0] && strchr("|>&*!{[%@`", command[0]))
                        return refuse(d, line, "only a command on the same line is read");
        }
        r = procfile_add(&d->p, type, command);
        if (r == -EEXIST)
                return refuse(d, line, "this process type appears twice");
        if (r == -EINVAL)
                return refuse(d, line, "the command is empty or has control characters");
        return r;
}

static int read_key(Reader *d, const char *line)
{
        size_t n = strcspn(line, ":");
        if (!line[n])
                return refuse(d, line, "expected 'key:'");

        _cleanup_free_ char *value = strdup(line + n + 1 + strspn(line + n + 1, " \t"));
        if (!value)
                return -ENOMEM;
        cut_comment(value);
        bool nothing = streq(value, "{}") || streq(value, "[]") || streq(value, "~");

        if (n == strlen(LISTEN) && strncmp(line, LISTEN, n) == 0) {
                d->in_section = d->in_ignored = false;
                return listen_from_string(value, &d->listen) < 0
                               ? refuse(d, line, "expected port, socket or proxy")
                               : 0;
        }
        d->in_section = n == strlen(SECTION) && strncmp(line, SECTION, n) == 0;
        d->in_ignored = !d->in_section;
        if (d->in_section && *value && !nothing)
                return refuse(d, line, "write one 'type: command' a line below it");
        if (d->in_section || nothing)
                return 0;
        return ignore_key(d, line, n);
}

static int read_line(Reader *d, const char *line)
{
        const char *text = line + strspn(line, " \t");
        if (!*text || *text == '#' || streq(line, "---") || streq(line, "..."))
                return 0;
        if (text == line && !(d->in_ignored && *text == '-'))
                return read_key(d, line);
        if (d->in_section)
                return read_process(d, line);
        if (d->in_ignored)
                return 0;
        return refuse(d, line, "it belongs to no key");
}

int pack_release_parse(const char *text, size_t length, Procfile *ret, Listen *ret_listen, char ***warnings,
                       Error *e)
{
        if (length > PACK_RELEASE_MAX_BYTES)
                return error_set(e, -EINVAL, "bin/release of the pack wrote more than %d bytes",
                                 PACK_RELEASE_MAX_BYTES);
        if (!text_is_utf8(text, length))
                return error_set(e, -EINVAL, "bin/release of the pack wrote something that is not UTF-8");

        Reader d = {.warnings = warnings, .e = e};
        int r = 0;
        for (size_t at = 0; at < length && r >= 0;) {
                const char *end = memchr(text + at, '\n', length - at);
                size_t n = end ? (size_t) (end - text) - at : length - at;
                _cleanup_free_ char *line =
                        strndup(text + at, n > 0 && text[at + n - 1] == '\r' ? n - 1 : n);
                d.line++;
                r = line ? read_line(&d, line) : -ENOMEM;
                at += n + 1;
        }
        if (r < 0) {
                procfile_clear(&d.p);
                return r;
        }
        *ret = d.p;
        *ret_listen = d.listen;
        return 0;
}
