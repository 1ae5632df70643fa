/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What is written for systemd must read back as it was. The decoder here knows nothing of the encoder: it
 * does what systemd.exec(5) says of EnvironmentFile=, and only that.
 */

#include <stdio.h>

#include "basic/fuzz.h"
#include "render/envfile.h"

/* One assignment from *p on; false at the end. Between double quotes a backslash makes " \ ` $ plain, joins
 * lines before a newline, and stands for itself before anything else. */
static bool decode(const char **p, char *name, char *value)
{
        const char *s = *p;
        if (!*s)
                return false;

        while (*s != '=')
                *name++ = *s++;
        *name = '\0';
        s++;
        fuzz_require(*s++ == '"');
        while (*s != '"') {
                fuzz_require(*s);
                if (*s == '\\' && s[1] == '\n') {
                        s += 2;
                        continue;
                }
                if (*s == '\\' && s[1] && strchr("\"\\`$", s[1]))
                        s++;
                *value++ = *s++;
        }
        *value = '\0';
        s++;
        fuzz_require(*s++ == '\n');
        *p = s;
        return true;
}

static void check_file(const Config *c, const char *text, size_t length)
{
        _cleanup_free_ char *name = malloc(length + 1), *value = malloc(length + 1);
        const char *p = text;

        fuzz_require(name && value && strlen(text) == length);
        for (size_t i = 0; i < c->n_vars; i++) {
                fuzz_require(decode(&p, name, value));
                fuzz_require(streq(name, c->vars[i].name) && streq(value, c->vars[i].value));
        }
        fuzz_require(!decode(&p, name, value));
}

/* Each piece between NULs is a value. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_free_ char *values = fuzz_string(data, size), *text = NULL;
        _cleanup_config_ Config c = CONFIG_NULL;
        size_t length, n = 0;

        for (const char *v = values; v <= values + size && n < 100; v += strlen(v) + 1) {
                char name[16];
                snprintf(name, sizeof(name), "V%zu", n++);
                if (config_var_check(name, v, strlen(v), NULL) >= 0)
                        fuzz_require(config_set(&c, name, v) == 1);
        }
        fuzz_require(render_env_file(&c, &text, &length) >= 0);
        check_file(&c, text, length);
        return 0;
}
