/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/operation/tune.h"

#include <errno.h>

#include "basic/buffer.h"
#include "basic/strv.h"
#include "engine/fault.h"
#include "engine/operation/adjust.h"
#include "engine/traffic/routing.h"
#include "engine/traffic/routingcheck.h"

/* What was changed, in words, and the process types that it acts on. */
typedef struct Effect {
        Buffer words;
        char **types;
} Effect;

static void effect_clear(Effect *f)
{
        buffer_clear(&f->words);
        strv_free(f->types);
}

static int note(Effect *f, const AppSettings *after, const char *key)
{
        _cleanup_free_ char *type = NULL, *value = NULL;
        const Setting *setting;
        int r = setting_key_parse(key, &type, &setting, NULL);
        if (r >= 0)
                r = app_settings_describe(after, type, setting, &value, NULL);
        if (r < 0)
                return r;
        buffer_printf(&f->words, "%s%s%s%s = %s%s", f->words.length > 0 ? ", " : "", type ? type : "",
                      type ? "." : "", setting->name, *value ? value : "none",
                      app_settings_is_set(after, type, setting) ? "" : " (default)");
        return type && !strv_contains(f->types, type) ? strv_append(&f->types, type) : 0;
}

static int commit(Engine *e, AppState *s, const AppSettings *after, const char *words, const Actor *actor,
                  Error *error)
{
        _cleanup_free_ char *subject = NULL;
        if (asprintf(&subject, "Set %s", words) < 0)
                return -ENOMEM;
        const Record record = {
                .actor = actor, .action = "settings:set", .subject = subject, .status = "succeeded"};
        const AppChange change = {.settings = after};
        return catalog_change_app(&e->catalog, s, &change, &record, error);
}

/* Those that run nothing have nothing to replace. */
static int restart_types(Engine *e, AppState *s, char *const *types, const Actor *actor, Job **ret_job,
                         Error *error)
{
        _cleanup_strv_ char **running = NULL;
        int r = 0;
        for (char *const *t = types; r >= 0 && t && *t; t++)
                if (procfile_find(&s->procfile, *t) && formation_wanted(&s->formation, *t) > 0)
                        r = strv_append(&running, *t);
        if (r < 0 || !running || !s->release.slug)
                return r;
        return adjust_restart_types(e, s, running, actor, ret_job, error);
}

int tune_preview(const AppState *s, const Tuning *list, size_t n, AppSettings *ret, Error *error)
{
        _cleanup_app_settings_ AppSettings after = APP_SETTINGS_NULL;
        int r = app_settings_copy(&s->settings, &after);
        for (size_t i = 0; r >= 0 && i < n; i++)
                r = app_settings_change(&after, list[i].key, list[i].value,
                                        s->release.slug ? &s->procfile : NULL, error);
        if (r < 0)
                return r;
        *ret = after;
        after = APP_SETTINGS_NULL;
        return 0;
}

int tune_app(Engine *e, AppState *s, const Tuning *list, size_t n, bool restart, const Actor *actor,
             Job **ret_job, Error *error)
{
        _cleanup_app_settings_ AppSettings after = APP_SETTINGS_NULL;
        _cleanup_(effect_clear) Effect effect = {0};
        *ret_job = NULL;
        int r = app_settings_copy(&s->settings, &after);
        for (size_t i = 0; r >= 0 && i < n; i++) {
                r = app_settings_change(&after, list[i].key, list[i].value,
                                        s->release.slug ? &s->procfile : NULL, error);
                if (r > 0)
                        r = note(&effect, &after, list[i].key);
        }
        if (r >= 0 && effect.words.failed)
                r = -ENOMEM;
        if (r < 0 || effect.words.length == 0)
                return r < 0 ? r : 0;
        bool routed = routing_settings_differ(&s->settings, &after);
        r = commit(e, s, &after, effect.words.data, actor, error);
        if (r >= 0 && routed) { /* the running router has it with its next reload */
                routing_write_soon(e);
                routing_reload_soon(e);
        }
        fault_point("settings:committed");
        if (r >= 0 && restart)
                r = restart_types(e, s, effect.types, actor, ret_job, error);
        return r < 0 ? r : 1;
}
