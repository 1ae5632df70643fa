/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "model/runcommand.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "basic/buffer.h"
#include "basic/text.h"

#define SHOWN_MAX 200

static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./,:@%+";

/* As bash reads it back: in single quotes, unless it means itself. */
static void put_word(Buffer *b, const char *word)
{
        if (*word && word[strspn(word, plain)] == '\0') {
                buffer_puts(b, word);
                return;
        }
        buffer_puts(b, "'");
        for (const char *p = word; *p; p++) {
                if (*p == '\'')
                        buffer_puts(b, "'\\''");
                else
                        buffer_append(b, p, 1);
        }
        buffer_puts(b, "'");
}

int run_command_make(char *const *words, const Procfile *p, char **ret, Error *e)
{
        _cleanup_buffer_ Buffer b = BUFFER_NULL;
        size_t length;

        if (!words || !words[0] || !words[0][strspn(words[0], " \t\n")])
                return error_set(e, -EINVAL, "What shall run? Give a command: paas run bash");
        const Process *process = p && !words[1] ? procfile_find(p, words[0]) : NULL;
        if (process)
                buffer_puts(&b, process->command);
        else if (!words[1])
                buffer_puts(&b, words[0]);
        else
                for (char *const *w = words; *w; w++) {
                        buffer_puts(&b, w == words ? "" : " ");
                        put_word(&b, *w);
                }
        if (b.failed)
                return -ENOMEM;
        if (b.length > RUN_COMMAND_MAX)
                return error_set(e, -E2BIG,
                                 "The command has %zu bytes, %d are possible at most: give it by standard "
                                 "input (paas run bash < script), or as a file of the application",
                                 b.length, RUN_COMMAND_MAX);
        return buffer_finish(&b, ret, &length);
}

static bool is_name(char c)
{
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
               c == '-';
}

static bool says_secret(const char *name, size_t length)
{
        static const char *const words[] = {"secret", "passw", "pwd",        "token",
                                            "key",    "auth",  "credential", "database_url"};
        for (size_t w = 0; w < ELEMENTSOF(words); w++)
                for (size_t i = 0; i + strlen(words[w]) <= length; i++)
                        if (strncasecmp(name + i, words[w], strlen(words[w])) == 0)
                                return true;
        return false;
}

/* The length of what stands behind `p` up to the end of its word, with quotes. */
static size_t value_length(const char *p)
{
        size_t n = 0;
        for (char quote = '\0'; p[n]; n++) {
                if (quote ? p[n] == quote : p[n] == '\'' || p[n] == '"')
                        quote = quote ? '\0' : p[n];
                else if (!quote && strchr(" \t\n;|&", p[n]))
                        break;
        }
        return n;
}

/* "scheme://user:" before `p`: then what stands up to the '@' is a password. Its length, else 0. */
static size_t password_length(const char *command, const char *p)
{
        const char *slash = p - 1;
        while (slash > command && !strchr("/@ \t\n'\"", slash[-1]))
                slash--;
        if (slash - command < 3 || strncmp(slash - 3, "://", 3) != 0)
                return 0;
        size_t n = strcspn(p, "@/ \t\n'\"");
        return p[n] == '@' ? n : 0;
}

/* How many bytes at `p` are a secret. */
static size_t secret_length(const char *command, const char *p)
{
        const char *name = p - 1;
        if (p == command)
                return 0;
        if (p[-1] == ':')
                return password_length(command, p);
        if (p[-1] != '=')
                return 0;
        while (name > command && is_name(name[-1]))
                name--;
        return says_secret(name, (size_t) (p - 1 - name)) ? value_length(p) : 0;
}

char *run_command_show(const char *command)
{
        _cleanup_buffer_ Buffer b = BUFFER_NULL;
        size_t length;
        char *shown = NULL;

        for (const char *p = command; *p && b.length < SHOWN_MAX; p++) {
                size_t n = secret_length(command, p);
                if (n > 0) {
                        buffer_puts(&b, "***");
                        p += n - 1;
                } else
                        buffer_append(&b, (unsigned char) *p < ' ' || *p == 0x7f ? " " : p, 1);
        }
        if (b.length >= SHOWN_MAX) {
                while (b.length > 0 &&
                       ((unsigned char) b.data[b.length - 1] & 0x80)) /* no half of a character */
                        b.length--;
                buffer_puts(&b, " ...");
        }
        return buffer_finish(&b, &shown, &length) < 0 ? NULL : shown;
}
