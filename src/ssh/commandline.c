/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ssh/commandline.h"

#include <errno.h>

#include "basic/buffer.h"
#include "basic/text.h"
#include "model/name.h"
#include "model/paths.h"

#define HASH_LENGTH 43 /* a SHA-256 in base64 without its padding */

static bool is_blank(char c)
{
        return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Inside double quotes a backslash quotes only these. */
static bool is_escapable(char c)
{
        return c == '$' || c == '`' || c == '"' || c == '\\' || c == '\n';
}

/* Appends what follows a backslash; a backslash and a newline are nothing. Returns how much it took. */
static size_t take_escaped(const char *p, Buffer *word)
{
        if (*p == '\0') {
                buffer_puts(word, "\\");
                return 0;
        }
        if (*p != '\n')
                buffer_append(word, p, 1);
        return 1;
}

static int take_single_quoted(const char **p, Buffer *word, Error *e)
{
        const char *end = strchr(*p, '\'');
        if (!end)
                return error_set(e, -EINVAL, "The command line has a single quote (') that is never closed");
        buffer_append(word, *p, (size_t) (end - *p));
        *p = end + 1;
        return 0;
}

static int take_double_quoted(const char **p, Buffer *word, Error *e)
{
        const char *s = *p;
        while (*s && *s != '"') {
                if (*s == '\\' && is_escapable(s[1])) {
                        s += 1 + take_escaped(s + 1, word);
                        continue;
                }
                buffer_append(word, s, 1);
                s++;
        }
        if (!*s)
                return error_set(e, -EINVAL,
                                 "The command line has a double quote (\") that is never closed");
        *p = s + 1;
        return 0;
}

static int take_word(const char **p, char **ret, Error *e)
{
        _cleanup_buffer_ Buffer word = BUFFER_NULL;

        while (**p && !is_blank(**p)) {
                char c = *(*p)++;
                int r = 0;
                if (c == '\'')
                        r = take_single_quoted(p, &word, e);
                else if (c == '"')
                        r = take_double_quoted(p, &word, e);
                else if (c == '\\')
                        *p += take_escaped(*p, &word);
                else
                        buffer_append(&word, &c, 1);
                if (r < 0)
                        return r;
        }
        return buffer_finish(&word, ret, NULL);
}

int command_line_split(const char *line, char ***ret, Error *e)
{
        _cleanup_strv_ char **words = NULL;
        size_t n = 0;

        if (strlen(line) > COMMAND_LINE_MAX)
                return error_set(e, -E2BIG, "The command line is longer than %d bytes", COMMAND_LINE_MAX);
        for (const char *p = line;;) {
                while (is_blank(*p))
                        p++;
                if (!*p)
                        break;
                if (++n > COMMAND_WORDS_MAX)
                        return error_set(e, -E2BIG, "The command line has more than %d words",
                                         COMMAND_WORDS_MAX);
                char *word = NULL;
                int r = take_word(&p, &word, e);
                if (r < 0)
                        return r;
                r = strv_consume(&words, word);
                if (r < 0)
                        return r;
        }
        *ret = TAKE_PTR(words);
        return 0;
}

static GitService service_from_string(const char *s)
{
        if (streq(s, "receive-pack"))
                return GIT_RECEIVE_PACK;
        if (streq(s, "upload-pack"))
                return GIT_UPLOAD_PACK;
        if (streq(s, "upload-archive"))
                return GIT_UPLOAD_ARCHIVE;
        return GIT_NONE;
}

static int repository_app(const char *path, char **ret, Error *e)
{
        const char *name = path;
        while (*name == '/')
                name++;
        if (text_after(name, "~/"))
                name += 2;
        while (*name == '/')
                name++;

        size_t n = strlen(name);
        while (n > 0 && name[n - 1] == '/')
                n--;
        if (n > 4 && strncmp(name + n - 4, ".git", 4) == 0)
                n -= 4;
        _cleanup_free_ char *app = strndup(name, n);
        if (!app)
                return -ENOMEM;
        if (app_name_check(app, NULL) < 0)
                return error_set(e, -EINVAL,
                                 "There is no repository '%s': a repository is called like its application, "
                                 "as in paas@host:blog",
                                 path);
        *ret = TAKE_PTR(app);
        return 0;
}

int command_git_service(char *const *words, GitService *ret, char **ret_app, Error *e)
{
        size_t n = strv_length(words), next = 1;
        GitService service = GIT_NONE;

        if (n > 0 && text_after(words[0], "git-"))
                service = service_from_string(words[0] + 4);
        else if (n > 1 && streq(words[0], "git")) {
                service = service_from_string(words[1]);
                next = 2;
        }
        if (service == GIT_NONE) {
                *ret = GIT_NONE;
                return 0;
        }
        if (n != next + 1)
                return error_set(e, -EINVAL, "git asks for a repository in a way that paas does not know");
        int r = repository_app(words[next], ret_app, e);
        if (r < 0)
                return r;
        *ret = service;
        return 0;
}

int command_forced_key(const char *command, char **ret)
{
        const char *key = text_after(command, PAAS_LIB "/paas-shell ");
        const char *hash = key ? text_after(key, "SHA256:") : NULL;

        if (!hash ||
            strspn(hash, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") !=
                    HASH_LENGTH ||
            hash[HASH_LENGTH] != '\0')
                return -EINVAL;
        *ret = strdup(key);
        return *ret ? 0 : -ENOMEM;
}
