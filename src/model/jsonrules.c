/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "model/jsonrules.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "basic/strv.h"
#include "basic/text.h"
#include "model/excerpt.h"

#define WARNINGS_MAX 20

/* The path as it is shown; "" at the top. */
static const char *path_text(const RuleCheck *c, char ret[EXCERPT_SIZE])
{
        return excerpt(c->path.data ? c->path.data : "", c->path.length, ret);
}

int json_rule_refuse(RuleCheck *c, const Json *value, const char *allowed)
{
        char path[EXCERPT_SIZE], shown[EXCERPT_SIZE];
        _cleanup_free_ char *text = NULL;

        path_text(c, path);
        if (!value)
                return error_set(c->e, -EINVAL, "%s: \"%s\": allowed is %s", c->file, path, allowed);
        int r = js_format_line(value, &text);
        if (r < 0)
                return r;
        return error_set(c->e, -EINVAL, "%s: \"%s\" is %s: allowed is %s", c->file, path[0] ? path : "/",
                         excerpt(text, strlen(text), shown), allowed);
}

int json_rule_warn(RuleCheck *c, const char *what)
{
        char path[EXCERPT_SIZE];

        if (!c->warnings || c->n_warnings > WARNINGS_MAX)
                return 0;
        if (c->n_warnings++ == WARNINGS_MAX)
                return strv_appendf(c->warnings, "%s: there is more like this", c->file);
        return strv_appendf(c->warnings, "%s: \"%s\" %s", c->file, path_text(c, path), what);
}

static size_t enter_key(RuleCheck *c, const char *key)
{
        size_t before = c->path.length;
        buffer_printf(&c->path, "%s%s", before > 0 ? "." : "", key);
        return before;
}

static size_t enter_index(RuleCheck *c, size_t i)
{
        size_t before = c->path.length;
        buffer_printf(&c->path, "[%zu]", i);
        return before;
}

static void leave(RuleCheck *c, size_t before)
{
        c->path.length = before;
        if (c->path.data)
                c->path.data[before] = '\0';
}

static const JsonRule *find_field(const JsonRule *rule, const char *key)
{
        for (const JsonField *f = rule->fields; f->name; f++)
                if (streq(f->name, key))
                        return f->rule;
        return NULL;
}

static int check_object(RuleCheck *c, const JsonRule *rule, const Json *value)
{
        const char *key;
        const Json *item;
        void *iter = NULL;

        while (js_next(value, &iter, &key, &item)) {
                const JsonRule *field = find_field(rule, key);
                size_t before = enter_key(c, key);
                int r = field ? json_rule_check(c, field, item)
                              : json_rule_warn(c, "is not known and has no effect");
                leave(c, before);
                if (r < 0)
                        return r;
        }
        for (const JsonField *f = rule->fields; f->name; f++) {
                if (!f->required || js_get(value, f->name))
                        continue;
                char path[EXCERPT_SIZE];
                enter_key(c, f->name);
                return error_set(c->e, -EINVAL, "%s: \"%s\" is missing: it must be %s", c->file,
                                 path_text(c, path), f->rule->allowed);
        }
        return 0;
}

static int check_map(RuleCheck *c, const JsonRule *rule, const Json *value)
{
        const char *key;
        const Json *item;
        void *iter = NULL;

        while (js_next(value, &iter, &key, &item)) {
                size_t before = enter_key(c, key);
                int r = rule->key_check ? rule->key_check(c, key) : 0;
                if (r >= 0)
                        r = json_rule_check(c, rule->item, item);
                leave(c, before);
                if (r < 0)
                        return r;
        }
        return 0;
}

static int check_array(RuleCheck *c, const JsonRule *rule, const Json *value)
{
        for (size_t i = 0; i < js_size(value); i++) {
                size_t before = enter_index(c, i);
                int r = json_rule_check(c, rule->item, js_at(value, i));
                leave(c, before);
                if (r < 0)
                        return r;
        }
        return 0;
}

static bool is_choice(const char *const *choices, const char *s)
{
        for (; *choices; choices++)
                if (streq(*choices, s))
                        return true;
        return false;
}

/* Characters, not bytes. */
static int64_t text_characters(const char *s)
{
        int64_t n = 0;
        for (; *s; s++)
                n += ((unsigned char) *s & 0xc0) != 0x80;
        return n;
}

static bool is_within(const JsonRule *rule, int64_t n)
{
        return n >= rule->min && (rule->max == 0 || n <= rule->max);
}

static bool fits(const JsonRule *rule, const Json *value)
{
        switch (rule->kind) {
        case RULE_ANY:
        case RULE_EITHER:
                return true;
        case RULE_STRING: {
                const char *s = js_string_value(value);
                return s && is_within(rule, text_characters(s)) &&
                       (!rule->choices || is_choice(rule->choices, s));
        }
        case RULE_NUMBER:
                return js_is_number(value) && js_number_value(value) >= rule->min &&
                       js_number_value(value) <= rule->max;
        case RULE_BOOL:
                return js_is_bool(value);
        case RULE_OBJECT:
        case RULE_MAP:
                return js_is_object(value) && is_within(rule, (int64_t) js_size(value));
        case RULE_ARRAY:
                return js_is_array(value) && is_within(rule, (int64_t) js_size(value));
        }
        return false;
}

int json_rule_check(RuleCheck *c, const JsonRule *rule, const Json *value)
{
        int r = 0;

        if (c->path.failed)
                return -ENOMEM;
        if (rule->kind == RULE_EITHER)
                return json_rule_check(c, js_is_string(value) ? rule->item : rule->other, value);
        if (!fits(rule, value))
                return json_rule_refuse(c, value, rule->allowed);
        if (rule->kind == RULE_OBJECT)
                r = check_object(c, rule, value);
        else if (rule->kind == RULE_MAP)
                r = check_map(c, rule, value);
        else if (rule->kind == RULE_ARRAY)
                r = check_array(c, rule, value);
        return r >= 0 && rule->check ? rule->check(c, value) : r;
}
