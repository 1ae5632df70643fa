/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Reading a Procfile. The many tools that read one disagree in the corners; here each corner is either
 * accepted, mended with a warning, or refused with the line and what is allowed. Nothing is skipped
 * silently, since a line that is not understood is a process that never runs.
 */

#include "model/procfile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "basic/text.h"
#include "model/excerpt.h"
#include "model/name.h"

typedef struct Reader {
        const char *file;
        unsigned line;    /* from 1 */
        const char *text; /* of the line, without its end; borrowed */
        size_t length;
        unsigned lines[PROCFILE_MAX_PROCESSES]; /* where each process stands */
        Procfile p;
        char ***warnings; /* may be NULL */
        Error *e;
} Reader;

static int refuse(Reader *d, const char *why)
{
        char shown[EXCERPT_SIZE];
        return error_set(d->e, -EINVAL, "%s, line %u: \"%s\": %s", d->file, d->line,
                         excerpt(d->text, d->length, shown), why);
}

static int warn(Reader *d, const char *what)
{
        if (!d->warnings)
                return 0;
        char shown[EXCERPT_SIZE];
        return strv_appendf(d->warnings, "%s, line %u: \"%s\": %s", d->file, d->line,
                            excerpt(d->text, d->length, shown), what);
}

static bool is_blank(char c)
{
        return c == ' ' || c == '\t';
}

static bool is_key(char c)
{
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
               c == '-';
}

static int check_bytes(Reader *d)
{
        for (size_t i = 0; i < d->length; i++) {
                unsigned char c = (unsigned char) d->text[i];
                if ((c < 0x20 && c != '\t') || c == 0x7f)
                        return error_set(d->e, -EINVAL,
                                         "%s, line %u, column %zu: the control character 0x%02x is not "
                                         "allowed: a line is text, ended by LF or CR LF",
                                         d->file, d->line, i + 1, c);
        }
        if (!text_is_utf8(d->text, d->length))
                return refuse(d, "this is not UTF-8: save the file in that encoding");
        return 0;
}

/* Seven times the same of < = > |, as git leaves them when a merge was not finished. */
static bool is_conflict(const Reader *d)
{
        static const char *const markers[] = {"<<<<<<<", "=======", ">>>>>>>", "|||||||"};
        for (size_t i = 0; i < ELEMENTSOF(markers); i++)
                if (d->length >= 7 && memcmp(d->text, markers[i], 7) == 0 &&
                    (d->length == 7 || is_blank(d->text[7])))
                        return true;
        return false;
}

static int add(Reader *d, const char *key, size_t key_length, const char *command, size_t command_length)
{
        _cleanup_error_ Error why = ERROR_NULL;
        _cleanup_free_ char *type = NULL, *c = NULL;

        int r = process_type_canonical(key, key_length, &type, &why);
        if (r == -EINVAL)
                return refuse(d, error_text(&why, r));
        if (r < 0)
                return r;
        if (strlen(type) != key_length || memcmp(type, key, key_length) != 0) {
                _cleanup_free_ char *text = NULL;
                if (asprintf(&text, "the process type is taken as \"%s\"", type) < 0)
                        return -ENOMEM;
                r = warn(d, text);
                if (r < 0)
                        return r;
        }

        c = strndup(command, command_length);
        if (!c)
                return -ENOMEM;
        r = procfile_add(&d->p, type, c);
        if (r == -EEXIST) {
                size_t i = (size_t) (procfile_find(&d->p, type) - d->p.processes);
                return error_set(
                        d->e, -EINVAL,
                        "%s, lines %u and %u: both are the process type \"%s\": one of them must go "
                        "or have another name",
                        d->file, d->lines[i], d->line, type);
        }
        if (r == -E2BIG)
                return error_set(d->e, -EINVAL, "%s, line %u: there are more than %d process types", d->file,
                                 d->line, PROCFILE_MAX_PROCESSES);
        if (r < 0)
                return r;
        d->lines[d->p.n_processes - 1] = d->line;
        return 0;
}

/* Heroku's old parser needed no colon; only for the usual names is it sure that an entry was meant. */
static bool is_classic(const char *key, size_t length)
{
        static const char *const names[] = {"web", "worker", "release", "clock"};
        for (size_t i = 0; i < ELEMENTSOF(names); i++)
                if (strlen(names[i]) == length && memcmp(names[i], key, length) == 0)
                        return true;
        return false;
}

static int read_entry(Reader *d, const char *p, const char *end)
{
        const char *key = p;
        while (p < end && is_key(*p))
                p++;
        size_t key_length = (size_t) (p - key);
        while (p < end && is_blank(*p))
                p++;

        bool colon = p < end && *p == ':';
        if (key_length == 0)
                return refuse(d, colon ? "there is no process type in front of the colon"
                                       : "an entry is a process type, a colon and a command, as in \"web: "
                                         "./server\"; a comment starts with #");
        if (colon)
                p++;
        else if (!is_classic(key, key_length) || p == key + key_length)
                return refuse(d, "there is no colon behind the process type: an entry is a type of letters, "
                                 "digits and dashes, a colon and a command, as in \"web: ./server\"");
        while (p < end && is_blank(*p))
                p++;
        while (end > p && is_blank(end[-1]))
                end--;
        if (p == end)
                return refuse(d, "there is no command behind the process type, as in \"web: ./server\"");

        int r = 0;
        if (!colon)
                r = warn(d, "the colon behind the process type is missing");
        for (const char *c = p; r >= 0 && c < end; c++) {
                if (*c == '#' && (c == p || is_blank(c[-1]))) {
                        r = warn(d, "the # and what follows is part of the command: a comment has a line of "
                                    "its own");
                        break;
                }
        }
        return r < 0 ? r : add(d, key, key_length, p, (size_t) (end - p));
}

static int read_line(Reader *d)
{
        int r = check_bytes(d);
        if (r < 0)
                return r;
        if (is_conflict(d))
                return refuse(d, "this is the mark of a merge that was not finished");

        const char *p = d->text, *end = d->text + d->length;
        while (p < end && is_blank(*p))
                p++;
        if (p == end || *p == '#')
                return 0;
        return read_entry(d, p, end);
}

static int read_lines(Reader *d, const char *text, size_t length)
{
        const char *p = text, *end = text + length;
        if (length >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0)
                p += 3;

        while (p < end) {
                const char *newline = memchr(p, '\n', (size_t) (end - p));
                const char *stop = newline ? newline : end;

                d->line++;
                d->text = p;
                d->length = (size_t) (stop - p);
                if (newline && d->length > 0 && stop[-1] == '\r')
                        d->length--;
                int r = read_line(d);
                if (r < 0)
                        return r;
                p = newline ? newline + 1 : end;
        }
        return 0;
}

int procfile_parse(const char *text, size_t length, const char *name, Procfile *ret, char ***warnings,
                   Error *e)
{
        if (length > PROCFILE_MAX_BYTES)
                return error_set(e, -EFBIG, "%s has %zu bytes, %d are possible at most", name, length,
                                 PROCFILE_MAX_BYTES);

        Reader d = {.file = name, .warnings = warnings, .e = e};
        int r = read_lines(&d, text, length);
        if (r >= 0 && d.p.n_processes == 0)
                r = error_set(
                        e, -ENODATA,
                        "%s has no entry: write one line for each process type, as in \"web: ./server\", "
                        "or remove the file",
                        name);
        if (r < 0) {
                procfile_clear(&d.p);
                return r;
        }
        *ret = d.p;
        return 0;
}
