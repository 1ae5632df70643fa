/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "model/config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "basic/text.h"
#include "model/excerpt.h"
#include "model/name.h"

/* What systemd and paas put into a process's environment themselves. */
static const char *const reserved_names[] = {
        "PORT",
        "DYNO",
        "HOME",
        "INVOCATION_ID",
        "JOURNAL_STREAM",
        "NOTIFY_SOCKET",
        "HEROKU_APP_ID",
        "HEROKU_APP_NAME",
        "HEROKU_APP_DEFAULT_DOMAIN_NAME",
        "HEROKU_BUILD_COMMIT",
        "HEROKU_BUILD_DESCRIPTION",
        "HEROKU_DYNO_ID",
        "HEROKU_RELEASE_CREATED_AT",
        "HEROKU_RELEASE_VERSION",
        "HEROKU_SLUG_COMMIT",
        "HEROKU_SLUG_DESCRIPTION",
};

static const char *const reserved_prefixes[] = {"PAAS_", "LISTEN_"};

bool config_name_reserved(const char *name)
{
        for (size_t i = 0; i < ELEMENTSOF(reserved_names); i++)
                if (streq(name, reserved_names[i]))
                        return true;
        for (size_t i = 0; i < ELEMENTSOF(reserved_prefixes); i++)
                if (text_after(name, reserved_prefixes[i]))
                        return true;
        return false;
}

static bool name_is_valid(const char *name, size_t length)
{
        if (length == 0 || (name[0] >= '0' && name[0] <= '9'))
                return false;
        for (size_t i = 0; i < length; i++) {
                char c = name[i];
                if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') &&
                    c != '_')
                        return false;
        }
        return true;
}

int config_name_check(const char *name, Error *e)
{
        size_t n = strlen(name);
        char shown[EXCERPT_SIZE];

        if (!name_is_valid(name, n))
                return error_set(e, -EINVAL,
                                 "\"%s\" cannot be the name of a config var: letters, digits and "
                                 "underscores, no digit first",
                                 excerpt(name, n, shown));
        if (n > CONFIG_NAME_MAX)
                return error_set(e, -E2BIG,
                                 "the config var's name \"%s\" has %zu bytes, %d are possible at most",
                                 excerpt(name, n, shown), n, CONFIG_NAME_MAX);
        if (config_name_reserved(name))
                return error_set(e, -EPERM,
                                 "%s is set by paas itself and cannot be a config var: use another name",
                                 name);
        return 0;
}

int config_var_check(const char *name, const char *value, size_t length, Error *e)
{
        int r = config_name_check(name, e);
        if (r < 0)
                return r;

        if (length > CONFIG_VALUE_MAX)
                return error_set(e, -E2BIG,
                                 "the value of %s has %zu bytes, %d are possible at most: keep it in a file "
                                 "and the file's name in %s",
                                 name, length, CONFIG_VALUE_MAX, name);
        if (memchr(value, '\0', length))
                return error_set(e, -EINVAL,
                                 "the value of %s has a NUL byte in it, which no environment can carry: "
                                 "encode it, for example in base64",
                                 name);
        if (!text_is_utf8(value, length))
                return error_set(e, -EINVAL,
                                 "the value of %s is not UTF-8: encode it, for example in base64", name);
        return 0;
}

int config_check_total(const Config *c, Error *e)
{
        size_t total = 0;

        /* What execve(2) counts: '=' and NUL too. */
        for (size_t i = 0; i < c->n_vars; i++)
                total += strlen(c->vars[i].name) + strlen(c->vars[i].value) + 2;
        if (total <= CONFIG_TOTAL_MAX)
                return 0;
        return error_set(
                e, -E2BIG,
                "all %zu config vars together have %zu bytes, %d are possible at most: unset what is "
                "not needed, or keep large values in files",
                c->n_vars, total, CONFIG_TOTAL_MAX);
}

static void var_clear(ConfigVar *v)
{
        free(v->name);
        if (v->value)
                explicit_bzero(v->value, strlen(v->value));
        free(v->value);
        *v = (ConfigVar){0};
}

/* Where `name` is, or belongs. */
static bool locate(const Config *c, const char *name, size_t *ret)
{
        size_t from = 0, to = c->n_vars;

        while (from < to) {
                size_t middle = from + (to - from) / 2;
                int order = strcmp(c->vars[middle].name, name);
                if (order == 0) {
                        *ret = middle;
                        return true;
                }
                if (order < 0)
                        from = middle + 1;
                else
                        to = middle;
        }
        *ret = from;
        return false;
}

const char *config_get(const Config *c, const char *name)
{
        size_t i;
        return locate(c, name, &i) ? c->vars[i].value : NULL;
}

static int replace_value(ConfigVar *v, const char *value)
{
        if (streq(v->value, value))
                return 0;
        char *copy = strdup(value);
        if (!copy)
                return -ENOMEM;
        explicit_bzero(v->value, strlen(v->value));
        free(v->value);
        v->value = copy;
        return 1;
}

int config_set(Config *c, const char *name, const char *value)
{
        size_t i;
        if (locate(c, name, &i))
                return replace_value(&c->vars[i], value);

        ConfigVar *vars = reallocarray(c->vars, c->n_vars + 1, sizeof(ConfigVar));
        if (!vars)
                return -ENOMEM;
        c->vars = vars;

        ConfigVar v = {.name = strdup(name), .value = strdup(value)};
        if (!v.name || !v.value) {
                var_clear(&v);
                return -ENOMEM;
        }
        memmove(vars + i + 1, vars + i, (c->n_vars - i) * sizeof(ConfigVar));
        vars[i] = v;
        c->n_vars++;
        return 1;
}

int config_unset(Config *c, const char *name)
{
        size_t i;
        if (!locate(c, name, &i))
                return 0;
        var_clear(&c->vars[i]);
        memmove(c->vars + i, c->vars + i + 1, (c->n_vars - i - 1) * sizeof(ConfigVar));
        c->n_vars--;
        return 1;
}

int config_compare(const Config *from, const Config *to, ConfigChange **ret, size_t *ret_n)
{
        ConfigChange *list = calloc(from->n_vars + to->n_vars + 1, sizeof(ConfigChange));
        size_t n = 0, i = 0, k = 0;
        if (!list)
                return -ENOMEM;
        while (i < from->n_vars || k < to->n_vars) {
                const ConfigVar *a = i < from->n_vars ? &from->vars[i] : NULL;
                const ConfigVar *b = k < to->n_vars ? &to->vars[k] : NULL;
                int order = !a ? 1 : !b ? -1 : strcmp(a->name, b->name);
                if (order != 0 || !streq(a->value, b->value))
                        list[n++] = (ConfigChange){
                                .name = order <= 0 ? a->name : b->name,
                                .from = order <= 0 ? a->value : NULL,
                                .to = order >= 0 ? b->value : NULL,
                        };
                i += order <= 0;
                k += order >= 0;
        }
        *ret = list;
        *ret_n = n;
        return 0;
}

void config_clear(Config *c)
{
        for (size_t i = 0; i < c->n_vars; i++)
                var_clear(&c->vars[i]);
        free(c->vars);
        *c = CONFIG_NULL;
}
