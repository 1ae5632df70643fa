/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Settings of an application and its process types: part of its interface. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "basic/log.h"
#include "basic/strv.h"
#include "basic/text.h"
#include "bus/bus.h"
#include "engine/operation/tune.h"
#include "engine/traffic/routingcheck.h"
#include "paasd/answer.h"
#include "paasd/caller.h"
#include "paasd/dict.h"
#include "paasd/objects.h"

static int append_setting(sd_bus_message *reply, const AppState *s, const char *type, const Setting *setting)
{
        _cleanup_free_ char *key = NULL, *value = NULL, *initial = NULL, *allowed = setting_allowed(setting);
        if (!allowed || asprintf(&key, "%s%s%s", type ? type : "", type ? "." : "", setting->name) < 0)
                return -ENOMEM;
        int r = app_settings_describe(&s->settings, type, setting, &value, &initial);
        if (r >= 0)
                r = dict_open(reply);
        if (r >= 0)
                r = dict_string(reply, "key", key);
        if (r >= 0)
                r = dict_string(reply, "value", value);
        if (r >= 0)
                r = dict_string(reply, "default", initial);
        if (r >= 0)
                r = dict_bool(reply, "set", app_settings_is_set(&s->settings, type, setting));
        if (r >= 0)
                r = dict_string(reply, "what", setting->what);
        if (r >= 0)
                r = dict_string(reply, "allowed", allowed);
        return r < 0 ? r : dict_close(reply);
}

/* The current release's, and those that something is set for. */
static int list_types(const AppState *s, char ***ret)
{
        _cleanup_strv_ char **types = NULL;
        int r = 0;
        for (size_t i = 0; r >= 0 && i < s->procfile.n_processes; i++)
                if (!streq(s->procfile.processes[i].type, "release"))
                        r = strv_append(&types, s->procfile.processes[i].type);
        for (size_t i = 0; r >= 0 && i < s->settings.n_values; i++) {
                _cleanup_free_ char *type = NULL;
                const Setting *setting;
                int known = setting_key_parse(s->settings.values[i].key, &type, &setting, NULL);
                if (known >= 0 && type && !strv_contains(types, type))
                        r = strv_append(&types, type);
        }
        if (r < 0)
                return r;
        *ret = TAKE_PTR(types);
        return 0;
}

int method_list_settings(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        const AppState *s = userdata;
        Caller caller;
        _cleanup_strv_ char **types = NULL;
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        int r = caller_may(manager_of(message), message, ACTION_SETTINGS_LIST, s, &caller, e);
        if (r >= 0)
                r = list_types(s, &types);
        if (r >= 0)
                r = reply_list_begin(message, &reply);
        if (r < 0)
                return r;
        for (const Setting *setting = settings_table; r >= 0 && setting->name; setting++)
                if (setting->scope == SETTING_APP)
                        r = append_setting(reply, s, NULL, setting);
        STRV_FOREACH(type, types)
                for (const Setting *setting = settings_table; r >= 0 && setting->name; setting++)
                        if (setting->scope == SETTING_PROCESS ||
                            (setting->scope == SETTING_WORKER && !streq(*type, "web")) ||
                            (setting->scope == SETTING_WEB && streq(*type, "web")))
                                r = append_setting(reply, s, *type, setting);
        return reply_list_send(reply, r);
}

typedef struct TuningList {
        Tuning *items; /* keys and values are borrowed */
        size_t n;
} TuningList;

static void tuning_list_clear(TuningList *l)
{
        free(l->items);
}

static int tuning_list_add(TuningList *l, const char *key, const char *value)
{
        Tuning *longer = reallocarray(l->items, l->n + 1, sizeof(Tuning));
        if (!longer)
                return -ENOMEM;
        l->items = longer;
        longer[l->n++] = (Tuning){.key = key, .value = value};
        return 0;
}

static int read_set(sd_bus_message *message, TuningList *l)
{
        const char *key, *value;
        int r = sd_bus_message_enter_container(message, 'a', "{ss}");
        while (r >= 0 && (r = sd_bus_message_read(message, "{ss}", &key, &value)) > 0)
                r = tuning_list_add(l, key, value);
        return r < 0 ? r : sd_bus_message_exit_container(message);
}

/* What the router is to do is asked of HAProxy first; when it agrees, the same message is read again. */
typedef struct Asked {
        Manager *manager;
        sd_bus_message *message;
        char *app;
        RoutingCheck *check;
} Asked;

static Asked *asked_free(Asked *a)
{
        if (!a)
                return NULL;
        routing_check_free(a->check);
        sd_bus_message_unref(a->message);
        free(a->app);
        free(a);
        return NULL;
}
DEFINE_CLEANUP(Asked *, asked_free)

static int apply(Manager *m, sd_bus_message *message, AppState *s, bool agreed, sd_bus_error *e);

static int go_on(Asked *a, int r, const Error *error, sd_bus_error *e)
{
        if (r < 0)
                return bus_error_reply(e, r, error);
        AppState *s = catalog_find_app(&a->manager->engine->catalog, a->app);
        if (!s)
                return sd_bus_error_set(e, BUS_ERROR_NO_SUCH_APP, "the application was destroyed meanwhile");
        r = sd_bus_message_rewind(a->message, true);
        return r < 0 ? r : apply(a->manager, a->message, s, true, e);
}

static void answered(void *userdata, int r, Error *error)
{
        _cleanup_(asked_freep) Asked *a = userdata;
        _cleanup_(sd_bus_error_free) sd_bus_error e = SD_BUS_ERROR_NULL;
        r = go_on(a, r, error, &e);
        if (r >= 0)
                return;
        r = sd_bus_error_is_set(&e) ? sd_bus_reply_method_error(a->message, &e)
                                    : sd_bus_reply_method_errno(a->message, r, NULL);
        if (r < 0)
                log_warning(r, "cannot answer");
}

/* 1: the answer comes later. */
static int ask_haproxy(Manager *m, sd_bus_message *message, AppState *s, const TuningList *list,
                       Error *error)
{
        _cleanup_app_settings_ AppSettings after = APP_SETTINGS_NULL;
        int r = tune_preview(s, list->items, list->n, &after, error);
        if (r < 0)
                return r;
        _cleanup_(asked_freep) Asked *a = calloc(1, sizeof(Asked));
        if (!a || !(a->app = strdup(s->app.name)))
                return -ENOMEM;
        a->manager = m;
        a->message = sd_bus_message_ref(message);
        r = routing_check_start(m->engine, s, &after, answered, a, &a->check, error);
        if (r > 0)
                TAKE_PTR(a);
        return r;
}

static int apply(Manager *m, sd_bus_message *message, AppState *s, bool agreed, sd_bus_error *e)
{
        Caller caller;
        Job *j = NULL;
        bool no_restart = false;
        const DictField fields[] = {{"no-restart", DICT_BOOL, &no_restart}};
        _cleanup_(tuning_list_clear) TuningList list = {0};
        _cleanup_strv_ char **unset = NULL;
        _cleanup_error_ Error error = ERROR_NULL;
        int r = caller_may(m, message, ACTION_SETTINGS_CHANGE, s, &caller, e);
        if (r >= 0)
                r = read_set(message, &list);
        if (r >= 0)
                r = sd_bus_message_read_strv(message, &unset);
        if (r >= 0)
                r = dict_read(message, fields, ELEMENTSOF(fields), e);
        STRV_FOREACH(key, unset)
                if (r >= 0)
                        r = tuning_list_add(&list, *key, NULL);
        if (r < 0)
                return r;
        if (!agreed)
                r = ask_haproxy(m, message, s, &list, &error);
        if (r > 0 && !agreed)
                return 1;
        if (r >= 0)
                r = tune_app(m->engine, s, list.items, list.n, !no_restart, &caller.actor, &j, &error);
        if (r < 0)
                return bus_error_reply(e, r, &error);
        _cleanup_free_ char *path = j ? job_object_path(j) : strdup("/");
        return path ? sd_bus_reply_method_return(message, "bo", r, path) : -ENOMEM;
}

int method_set_settings(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        return apply(manager_of(message), message, userdata, false, e);
}
