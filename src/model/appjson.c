/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "model/appjson.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "basic/text.h"
#include "model/appjson-fields.h"
#include "model/name.h"

static const char file_name[] = "app.json";

/* An entry that says only a size keeps the quantity that the first deploy would give. */
static unsigned quantity_of(const char *type, const Json *entry)
{
        const Json *quantity = js_get(entry, "quantity");
        if (quantity)
                return (unsigned) js_number_value(quantity);
        return streq(type, "web") ? 1 : 0;
}

static int take_entry(RuleCheck *c, Formation *f, const char *key, const Json *entry)
{
        _cleanup_free_ char *type = NULL;
        int r = process_type_canonical(key, strlen(key), &type, NULL);
        if (r < 0)
                return r;
        if (formation_find(f, type))
                return error_set(c->e, -EINVAL, "%s: \"formation\" has the process type \"%s\" twice",
                                 file_name, type);
        if (streq(type, "release")) {
                buffer_puts(&c->path, "formation.release");
                return json_rule_warn(c, "has no effect: it is run once for each release");
        }
        return formation_set(f, type, quantity_of(type, entry), js_string_value(js_get(entry, "size")));
}

static int take_formation(RuleCheck *c, const Json *j, Formation *ret)
{
        const char *key;
        const Json *entry;
        void *iter = NULL;
        while (js_next(j, &iter, &key, &entry)) {
                int r = take_entry(c, ret, key, entry);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* Only a web process has $PORT. */
static int check_ports(RuleCheck *c, const Json *j)
{
        const char *key;
        const Json *list;
        void *iter = NULL;
        while (j && js_next(j, &iter, &key, &list)) {
                for (size_t i = 0; strcasecmp(key, "web") != 0 && i < js_size(list); i++) {
                        const Json *check = js_at(list, i);
                        if (js_get(check, "port") ||
                            (!js_get(check, "path") && !js_bool_value(js_get(check, "listening"))))
                                continue;
                        buffer_printf(&c->path, "healthchecks.%s[%zu]", key, i);
                        return json_rule_refuse(c, check,
                                                "a check with \"port\": only a web process has $PORT");
                }
        }
        return 0;
}

static int take(const Json *j, Formation *ret, char ***warnings, Error *e)
{
        RuleCheck c = {.file = file_name, .warnings = warnings, .e = e};
        _cleanup_formation_ Formation f = FORMATION_NULL;

        int r = json_rule_check(&c, &appjson_rule, j);
        if (r >= 0)
                r = take_formation(&c, js_get(j, "formation"), &f);
        if (r >= 0)
                r = check_ports(&c, js_get(j, "healthchecks"));
        buffer_clear(&c.path);
        if (r < 0)
                return r;
        *ret = f;
        f = FORMATION_NULL;
        return 0;
}

int appjson_parse(const char *text, size_t length, AppJson *ret, char ***warnings, Error *e)
{
        _cleanup_json_ Json *j = NULL;
        _cleanup_free_ char *copy = NULL;

        if (length > APPJSON_MAX_BYTES)
                return error_set(e, -EINVAL, "%s has %zu bytes, %d are possible at most", file_name, length,
                                 APPJSON_MAX_BYTES);
        int r = js_parse(text, length, &j, e);
        if (r < 0)
                return error_prefix(e, r == -EBADMSG ? -EINVAL : r, "%s", file_name);
        copy = strndup(text, length);
        if (!copy)
                return -ENOMEM;

        Formation f;
        r = take(j, &f, warnings, e);
        if (r < 0)
                return r;
        *ret = (AppJson){.text = TAKE_PTR(copy), .formation = f};
        return 0;
}

void appjson_clear(AppJson *a)
{
        free(a->text);
        formation_clear(&a->formation);
        *a = APPJSON_NULL;
}
