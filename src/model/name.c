/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "model/name.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "basic/text.h"
#include "model/excerpt.h"

#define DOMAIN_MAX 253
#define LABEL_MAX 63

static bool is_lower(char c)
{
        return c >= 'a' && c <= 'z';
}

static bool is_upper(char c)
{
        return c >= 'A' && c <= 'Z';
}

static bool is_digit(char c)
{
        return c >= '0' && c <= '9';
}

/* Lower-case letters and digits, dashes inside. */
static bool is_label(const char *s, size_t length)
{
        if (length == 0 || s[0] == '-' || s[length - 1] == '-')
                return false;
        for (size_t i = 0; i < length; i++)
                if (!is_lower(s[i]) && !is_digit(s[i]) && s[i] != '-')
                        return false;
        return true;
}

int app_name_check(const char *s, Error *e)
{
        size_t n = strlen(s);
        if (n <= APP_NAME_MAX && is_label(s, n) && is_lower(s[0]) && !strstr(s, "--"))
                return 0;

        char shown[EXCERPT_SIZE];
        return error_set(
                e, -EINVAL,
                "\"%s\" cannot be an application's name: a lower-case letter first, then lower-case "
                "letters, digits and single dashes inside, %d characters at most",
                excerpt(s, n, shown), APP_NAME_MAX);
}

static int bad_process_type(const char *s, size_t length, Error *e)
{
        char shown[EXCERPT_SIZE];
        return error_set(e, -EINVAL,
                         "\"%s\" cannot be a process type: lower-case letters, digits and dashes inside, "
                         "%d characters at most",
                         excerpt(s, length, shown), PROCESS_TYPE_MAX);
}

int process_type_check(const char *s, Error *e)
{
        size_t n = strlen(s);
        if (n <= PROCESS_TYPE_MAX && is_label(s, n))
                return 0;
        return bad_process_type(s, n, e);
}

int process_type_canonical(const char *s, size_t length, char **ret, Error *e)
{
        if (length == 0 || length > PROCESS_TYPE_MAX)
                return bad_process_type(s, length, e);

        _cleanup_free_ char *type = strndup(s, length);
        if (!type)
                return -ENOMEM;
        for (char *p = type; *p; p++) {
                if (is_upper(*p))
                        *p = (char) (*p - 'A' + 'a');
                else if (*p == '_' && p > type)
                        *p = '-';
        }
        if (strlen(type) != length || !is_label(type, length))
                return bad_process_type(s, length, e);
        *ret = TAKE_PTR(type);
        return 0;
}

/* A user's name is the last part of a git ref as well, so what git refuses there is refused here. */
int user_name_check(const char *s, Error *e)
{
        size_t n = strlen(s);
        bool ok = n > 0 && n <= USER_NAME_MAX && (is_lower(s[0]) || is_upper(s[0]) || is_digit(s[0]));
        for (size_t i = 0; ok && i < n; i++)
                ok = is_lower(s[i]) || is_upper(s[i]) || is_digit(s[i]) || strchr("._-@+", s[i]);
        if (ok && !strstr(s, "..") && !text_ends_with(s, ".") && !text_ends_with(s, ".lock"))
                return 0;

        char shown[EXCERPT_SIZE];
        return error_set(e, -EINVAL,
                         "\"%s\" cannot be a user's name: a letter or digit first, then letters, digits and "
                         "any of . _ - @ +, %d characters at most, no two dots in a row, and no \".\" or "
                         "\".lock\" at the end",
                         excerpt(s, n, shown), USER_NAME_MAX);
}

int team_name_check(const char *s, Error *e)
{
        size_t n = strlen(s);
        if (n <= TEAM_NAME_MAX && is_label(s, n) && is_lower(s[0]))
                return 0;

        char shown[EXCERPT_SIZE];
        return error_set(
                e, -EINVAL,
                "\"%s\" cannot be a team's name: a lower-case letter first, then lower-case letters, "
                "digits and dashes inside, %d characters at most",
                excerpt(s, n, shown), TEAM_NAME_MAX);
}

const char *holder_team(const char *s)
{
        return text_after(s, "team:");
}

int holder_check(const char *s, Error *e)
{
        const char *team = holder_team(s);
        return team ? team_name_check(team, e) : user_name_check(s, e);
}

/* What is wrong with a lower-case name whose "*." is gone, or NULL. */
static const char *domain_fault(const char *s)
{
        size_t labels = 0;
        bool numeric = false;

        for (const char *p = s;;) {
                size_t n = strcspn(p, ".");
                if (n == 0)
                        return "it has a dot too many";
                if (n > LABEL_MAX)
                        return "a part between two dots has 63 characters at most";
                if (!is_label(p, n))
                        return "the parts between the dots are letters, digits and dashes inside";
                labels++;
                numeric = strspn(p, "0123456789") == n;
                if (!p[n])
                        break;
                p += n + 1;
        }
        if (numeric)
                return "an IP address is no domain";
        return labels < 2 ? "it needs a dot, as in \"www.example.com\"" : NULL;
}

static const char *domain_fault_typed(const char *s, size_t length)
{
        for (size_t i = 0; i < length; i++)
                if ((unsigned char) s[i] >= 0x80)
                        return "give its ASCII form, which starts with \"xn--\" (`idn2 NAME` prints it)";
        if (length == 0)
                return "it is empty";
        if (length > DOMAIN_MAX)
                return "it has 253 characters at most";
        if (strstr(s, "://") || strchr(s, '/'))
                return "give the name alone, without \"https://\" and path";
        if (s[0] == '[' || strchr(s, ':'))
                return "give the name alone: no port, no IP address";
        return NULL;
}

int domain_check(const char *s, char **ret, Error *e)
{
        size_t n = strlen(s);
        const char *fault = domain_fault_typed(s, n);
        _cleanup_free_ char *name = NULL;

        if (!fault) {
                name = strdup(s);
                if (!name)
                        return -ENOMEM;
                for (char *p = name; *p; p++)
                        if (is_upper(*p))
                                *p = (char) (*p - 'A' + 'a');
                const char *rest = text_after(name, "*.");
                fault = domain_fault(rest ? rest : name);
        }
        if (fault) {
                char shown[EXCERPT_SIZE];
                return error_set(e, -EINVAL, "\"%s\" cannot be a domain: %s", excerpt(s, n, shown), fault);
        }
        *ret = TAKE_PTR(name);
        return 0;
}

static char *replaced(const char *s, char from, char to)
{
        char *copy = strdup(s);
        for (char *p = copy; p && *p; p++)
                if (*p == from)
                        *p = to;
        return copy;
}

char *name_escape(const char *name)
{
        return replaced(name, '-', '_');
}

char *name_unescape(const char *name)
{
        return replaced(name, '_', '-');
}
