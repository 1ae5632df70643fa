/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is set on one application. */

#include "model/setting.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "basic/buffer.h"
#include "basic/text.h"
#include "json/json.h"

static int make_key(const char *type, const char *name, char **ret)
{
        int n = type ? asprintf(ret, "%s.%s", type, name) : asprintf(ret, "%s", name);
        return n < 0 ? -ENOMEM : 0;
}

/* `key` is "type.name", or the name alone of a setting of the application. */
static bool is_key_of(const char *key, const char *type, const char *name)
{
        size_t n = type ? strlen(type) : 0;
        if (!type)
                return streq(key, name);
        return strncmp(key, type, n) == 0 && key[n] == '.' && streq(key + n + 1, name);
}

/* What was set, if this version can take it; NULL otherwise. */
static const char *find_value(const AppSettings *s, const char *type, const Setting *setting)
{
        for (size_t i = 0; i < s->n_values; i++)
                if (s->values[i].known && is_key_of(s->values[i].key, type, setting->name))
                        return s->values[i].text;
        return NULL;
}

static uint64_t default_number(const AppSettings *s, const Setting *setting)
{
        uint64_t n;
        if (!s->host || setting->host == 0)
                return setting_number(setting, setting->initial);
        memcpy(&n, (const char *) s->host + setting->host, sizeof(n));
        return n;
}

uint64_t settings_number(const AppSettings *s, const char *type, const char *name)
{
        const Setting *setting = setting_find(name);
        assert(setting && (setting->scope != SETTING_APP) == (type != NULL));
        const char *value = find_value(s, type, setting);
        return value ? setting_number(setting, value) : default_number(s, setting);
}

const char *settings_text(const AppSettings *s, const char *type, const char *name)
{
        const Setting *setting = setting_find(name);
        assert(setting && setting->host == 0);
        const char *value = find_value(s, type, setting);
        return value ? value : setting->initial;
}

static int print_default(const AppSettings *s, const Setting *setting, char **ret)
{
        char number[32];
        if (setting->host == 0) {
                *ret = strdup(setting->initial);
                return *ret ? 0 : -ENOMEM;
        }
        snprintf(number, sizeof(number), "%llu", (unsigned long long) default_number(s, setting));
        return setting_canonical(setting, number, ret, NULL);
}

int app_settings_describe(const AppSettings *s, const char *type, const Setting *setting, char **ret,
                          char **ret_default)
{
        _cleanup_free_ char *initial = NULL, *text = NULL;
        const char *value = find_value(s, type, setting);
        int r = print_default(s, setting, &initial);
        if (r < 0)
                return r;
        text = strdup(value ? value : initial);
        if (!text)
                return -ENOMEM;
        *ret = TAKE_PTR(text);
        if (ret_default)
                *ret_default = TAKE_PTR(initial);
        return 0;
}

bool app_settings_is_set(const AppSettings *s, const char *type, const Setting *setting)
{
        return find_value(s, type, setting);
}

static int check_type(const char *type, const Procfile *p, Error *e)
{
        _cleanup_buffer_ Buffer b = BUFFER_NULL;
        _cleanup_free_ char *types = NULL;
        if (streq(type, "release"))
                return error_set(e, -EINVAL,
                                 "\"release\" is run once for each release and has no settings of its own");
        if (!p || procfile_find(p, type))
                return 0;
        for (size_t i = 0; i < p->n_processes; i++)
                buffer_printf(&b, "%s%s", i > 0 ? ", " : "", p->processes[i].type);
        if (buffer_finish(&b, &types, NULL) < 0)
                return -ENOMEM;
        return error_set(e, -EINVAL, "there is no process type \"%s\" in the current release: it has %s",
                         type, types);
}

/* Where the key is, or where it would have to be put. */
static size_t place_of(const AppSettings *s, const char *key)
{
        size_t i = 0;
        while (i < s->n_values && strcmp(s->values[i].key, key) < 0)
                i++;
        return i;
}

static bool is_at(const AppSettings *s, size_t i, const char *key)
{
        return i < s->n_values && streq(s->values[i].key, key);
}

static int remove_key(AppSettings *s, const char *key)
{
        size_t i = place_of(s, key);
        if (!is_at(s, i, key))
                return 0;
        free(s->values[i].key);
        free(s->values[i].text);
        memmove(&s->values[i], &s->values[i + 1], (s->n_values - i - 1) * sizeof(SettingValue));
        s->n_values--;
        return 1;
}

static int put_key(AppSettings *s, const char *key, const char *text, bool known)
{
        size_t i = place_of(s, key);
        if (is_at(s, i, key)) {
                if (streq(s->values[i].text, text))
                        return 0;
                int r = text_replace(&s->values[i].text, text);
                if (r >= 0)
                        s->values[i].known = known;
                return r < 0 ? r : 1;
        }
        if (s->n_values >= APP_SETTINGS_MAX)
                return -E2BIG;
        SettingValue *longer = reallocarray(s->values, s->n_values + 1, sizeof(SettingValue));
        if (!longer)
                return -ENOMEM;
        s->values = longer;
        _cleanup_free_ char *key_copy = strdup(key), *text_copy = strdup(text);
        if (!key_copy || !text_copy)
                return -ENOMEM;
        memmove(&longer[i + 1], &longer[i], (s->n_values - i) * sizeof(SettingValue));
        longer[i] = (SettingValue){.key = TAKE_PTR(key_copy), .text = TAKE_PTR(text_copy), .known = known};
        s->n_values++;
        return 1;
}

int app_settings_change(AppSettings *s, const char *key, const char *value, const Procfile *p, Error *e)
{
        _cleanup_free_ char *type = NULL, *canonical = NULL, *text = NULL;
        const Setting *setting;
        int r = setting_key_parse(key, &type, &setting, e);
        if (r >= 0)
                r = make_key(type, setting->name, &canonical);
        if (r < 0)
                return r;
        if (!value || !*value)
                return remove_key(s, canonical);
        r = type ? check_type(type, p, e) : 0;
        if (r >= 0)
                r = setting_canonical(setting, value, &text, e);
        if (r < 0)
                return r;
        r = put_key(s, canonical, text, true);
        return r == -E2BIG ? error_set(e, r, "an application has at most %d settings", APP_SETTINGS_MAX) : r;
}

int app_settings_copy(const AppSettings *s, AppSettings *ret)
{
        _cleanup_app_settings_ AppSettings copy = {.host = s->host};
        for (size_t i = 0; i < s->n_values; i++) {
                int r = put_key(&copy, s->values[i].key, s->values[i].text, s->values[i].known);
                if (r < 0)
                        return r;
        }
        *ret = copy;
        copy = APP_SETTINGS_NULL;
        return 0;
}

int app_settings_format(const AppSettings *s, char **ret)
{
        _cleanup_json_ Json *j = js_object();
        if (!j)
                return -ENOMEM;
        for (size_t i = 0; i < s->n_values; i++) {
                int r = js_set_string(j, s->values[i].key, s->values[i].text);
                if (r < 0)
                        return r;
        }
        return js_format(j, ret);
}

/* 1 when this version takes it, 0 when it does not. */
static int check_stored(const char *key, const char *text)
{
        _cleanup_free_ char *type = NULL, *canonical = NULL;
        const Setting *setting;
        int r = setting_key_parse(key, &type, &setting, NULL);
        if (r >= 0)
                r = setting_canonical(setting, text, &canonical, NULL);
        return r == -ENOMEM ? r : r >= 0;
}

int app_settings_parse(const char *text, size_t length, AppSettings *ret, Error *e)
{
        _cleanup_json_ Json *j = NULL;
        _cleanup_app_settings_ AppSettings s = APP_SETTINGS_NULL;
        const char *key;
        const Json *value;
        int r = js_parse(text, length, &j, e);
        if (r < 0)
                return error_prefix(e, r, "the stored settings");
        if (!js_is_object(j) || js_size(j) > APP_SETTINGS_MAX)
                return error_set(e, -EBADMSG, "the stored settings are not a JSON object of at most %d keys",
                                 APP_SETTINGS_MAX);
        for (void *iter = NULL; js_next(j, &iter, &key, &value);) {
                const char *s_value = js_string_value(value);
                if (!s_value)
                        return error_set(e, -EBADMSG,
                                         "the stored settings are damaged: one is not a string");
                r = check_stored(key, s_value);
                if (r >= 0)
                        r = put_key(&s, key, s_value, r);
                if (r < 0)
                        return r;
        }
        *ret = s;
        s = APP_SETTINGS_NULL;
        return 0;
}

void app_settings_clear(AppSettings *s)
{
        for (size_t i = 0; i < s->n_values; i++) {
                free(s->values[i].key);
                free(s->values[i].text);
        }
        free(s->values);
        *s = APP_SETTINGS_NULL;
}
