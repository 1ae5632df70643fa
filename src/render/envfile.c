/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * systemd reads NAME="value" in shell's manner: between double quotes a backslash stands for itself unless
 * one of the four characters " \ ` $ (or a newline, which then vanishes) follows. So exactly these four are
 * escaped, and everything else, newlines and control bytes too, stands there as it is. A value that is not
 * UTF-8 would keep the unit from starting, a name with other characters would be taken for something else:
 * both are refused here, whatever was checked before.
 */

#include "render/envfile.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "basic/text.h"

static bool is_escaped(char c)
{
        return c == '"' || c == '\\' || c == '`' || c == '$';
}

static size_t line_length(const ConfigVar *v)
{
        size_t n = strlen(v->name) + strlen("=\"\"\n");
        for (const char *p = v->value; *p; p++)
                n += is_escaped(*p) ? 2 : 1;
        return n;
}

static char *put_line(char *out, const ConfigVar *v)
{
        out = stpcpy(out, v->name);
        out = stpcpy(out, "=\"");
        for (const char *p = v->value; *p; p++) {
                if (is_escaped(*p))
                        *out++ = '\\';
                *out++ = *p;
        }
        return stpcpy(out, "\"\n");
}

static bool name_is_safe(const char *name)
{
        int r = config_name_check(name, NULL);
        return r >= 0 || r == -EPERM; /* paas sets the reserved ones itself, with this function */
}

/* Measured first, so that no copy of a value is left behind by an allocation that had to grow. */
int render_env_file(const Config *c, char **ret, size_t *ret_length)
{
        size_t length = 0;
        for (size_t i = 0; i < c->n_vars; i++) {
                const ConfigVar *v = &c->vars[i];
                if (!name_is_safe(v->name) || !text_is_utf8(v->value, strlen(v->value)))
                        return -EINVAL;
                length += line_length(v);
        }

        char *text = malloc(length + 1);
        if (!text)
                return -ENOMEM;
        char *out = text;
        *out = '\0';
        for (size_t i = 0; i < c->n_vars; i++)
                out = put_line(out, &c->vars[i]);
        *ret = text;
        *ret_length = length;
        return 0;
}
