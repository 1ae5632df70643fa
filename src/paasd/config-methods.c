/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>
#include <string.h>

#include "basic/strv.h"
#include "basic/text.h"
#include "bus/bus.h"
#include "engine/audit/audit.h"
#include "engine/catalog/history.h"
#include "engine/hostfiles.h"
#include "engine/operation/configure.h"
#include "paasd/answer.h"
#include "paasd/caller.h"
#include "paasd/dict.h"
#include "paasd/objects.h"

static int begin_secret_reply(sd_bus_message *message, const char *type, sd_bus_message **ret)
{
        int r = sd_bus_message_new_method_return(message, ret);
        if (r >= 0)
                r = sd_bus_message_sensitive(*ret);
        return r < 0 ? r : sd_bus_message_open_container(*ret, 'a', type);
}

/* Shows those of these names (NULL: all), and has it on record. */
static int reply_config(sd_bus_message *message, const Caller *caller, AppState *s, char *const *names,
                        sd_bus_error *e)
{
        Manager *m = manager_of(message);
        _cleanup_config_ Config c = CONFIG_NULL;
        _cleanup_error_ Error error = ERROR_NULL;
        _cleanup_strv_ char **shown = NULL;
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        int r = hostfiles_read_config(m->engine, s, catalog_base(s), &c, &error);
        if (r < 0)
                return bus_error_reply(e, r, &error);
        r = begin_secret_reply(message, "{ss}", &reply);
        for (size_t i = 0; r >= 0 && i < c.n_vars; i++) {
                if (names && !strv_contains(names, c.vars[i].name))
                        continue;
                r = sd_bus_message_append(reply, "{ss}", c.vars[i].name, c.vars[i].value);
                if (r >= 0)
                        r = strv_append(&shown, c.vars[i].name);
        }
        _cleanup_free_ char *list = r >= 0 && shown ? strv_join(shown, ", ") : NULL;
        if (list)
                audit_read(m->engine, &caller->actor, ACTION_CONFIG_READ, s, list);
        if (r >= 0)
                r = sd_bus_message_close_container(reply);
        return r < 0 ? r : sd_bus_message_send(reply);
}

int method_get_config(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        Caller caller;
        int r = caller_may(manager_of(message), message, ACTION_CONFIG_READ, userdata, &caller, e);
        return r < 0 ? r : reply_config(message, &caller, userdata, NULL, e);
}

int method_get_config_vars(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        Caller caller;
        _cleanup_strv_ char **names = NULL;
        int r = caller_may(manager_of(message), message, ACTION_CONFIG_READ, userdata, &caller, e);
        if (r >= 0)
                r = sd_bus_message_read_strv(message, &names);
        if (r >= 0 && !names)
                return sd_bus_error_set(e, BUS_ERROR_INVALID_ARGUMENT,
                                        "Which config vars? GetConfig has all.");
        return r < 0 ? r : reply_config(message, &caller, userdata, names, e);
}

static int read_assignments(sd_bus_message *message, Config *c)
{
        const char *name, *value;
        int r = sd_bus_message_enter_container(message, 'a', "{ss}");
        while (r >= 0 && (r = sd_bus_message_read(message, "{ss}", &name, &value)) > 0)
                r = config_set(c, name, value);
        return r < 0 ? r : sd_bus_message_exit_container(message);
}

int method_set_config(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        Manager *m = manager_of(message);
        Caller caller;
        Job *j = NULL;
        bool no_restart = false;
        const DictField fields[] = {{"no-restart", DICT_BOOL, &no_restart}};
        _cleanup_config_ Config set = CONFIG_NULL;
        _cleanup_strv_ char **unset = NULL;
        _cleanup_error_ Error error = ERROR_NULL;
        int r = caller_may(m, message, ACTION_CONFIG_SET, userdata, &caller, e);
        if (r >= 0)
                r = sd_bus_message_sensitive(message);
        if (r >= 0)
                r = read_assignments(message, &set);
        if (r >= 0)
                r = sd_bus_message_read_strv(message, &unset);
        if (r >= 0)
                r = dict_read(message, fields, ELEMENTSOF(fields), e);
        if (r < 0)
                return r;
        r = configure_submit(m->engine, userdata, &set, unset, no_restart, &caller.actor, &j, &error);
        if (r < 0)
                return bus_error_reply(e, r, &error);
        _cleanup_free_ char *path = j ? job_object_path(j) : strdup("/");
        return path ? sd_bus_reply_method_return(message, "o", path) : -ENOMEM;
}

/* The config of release `version`; 0: of the current one. */
static int read_version(Manager *m, AppState *s, uint64_t version, Config *ret, sd_bus_error *e)
{
        char commit[STORE_ID_SIZE];
        _cleanup_error_ Error error = ERROR_NULL;
        memcpy(commit, s->current, STORE_ID_SIZE);
        int r = version > 0 ? history_find_release(m->engine->store, s->release_head, version, commit) : 0;
        if (r == -ENOENT)
                return sd_bus_error_setf(e, BUS_ERROR_NO_SUCH_RELEASE,
                                         "%s has no release v%llu. `paas releases` lists what there is.",
                                         s->app.name, (unsigned long long) version);
        if (r >= 0)
                r = hostfiles_read_config(m->engine, s, commit, ret, &error);
        return r < 0 ? bus_error_reply(e, r, &error) : 0;
}

static int append_change(sd_bus_message *reply, const ConfigChange *c, bool values)
{
        int r = dict_open(reply);
        if (r >= 0)
                r = dict_string(reply, "name", c->name);
        if (r >= 0)
                r = dict_string(reply, "change", !c->from ? "added" : !c->to ? "removed" : "changed");
        if (r >= 0 && values)
                r = dict_string(reply, "from", c->from);
        if (r >= 0 && values)
                r = dict_string(reply, "to", c->to);
        return r < 0 ? r : dict_close(reply);
}

static int reply_changes(sd_bus_message *message, const Caller *caller, AppState *s,
                         const ConfigChange *list, size_t n, bool values)
{
        _cleanup_strv_ char **shown = NULL;
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        int r = begin_secret_reply(message, "a{sv}", &reply);
        for (size_t i = 0; r >= 0 && i < n; i++) {
                r = append_change(reply, &list[i], values);
                if (r >= 0)
                        r = strv_append(&shown, list[i].name);
        }
        _cleanup_free_ char *names = r >= 0 && shown ? strv_join(shown, ", ") : NULL;
        if (values && names)
                audit_read(manager_of(message)->engine, &caller->actor, ACTION_CONFIG_READ, s, names);
        if (r >= 0)
                r = sd_bus_message_close_container(reply);
        return r < 0 ? r : sd_bus_message_send(reply);
}

int method_diff_config(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        Manager *m = manager_of(message);
        AppState *s = userdata;
        Caller caller;
        uint64_t from, to;
        int values;
        _cleanup_config_ Config a = CONFIG_NULL, b = CONFIG_NULL;
        _cleanup_free_ ConfigChange *list = NULL;
        size_t n = 0;
        int r = sd_bus_message_read(message, "ttb", &from, &to, &values);
        if (r >= 0)
                r = caller_may(m, message, values ? ACTION_CONFIG_READ : ACTION_CONFIG_DIFF, s, &caller, e);
        if (r >= 0)
                r = read_version(m, s, from, &a, e);
        if (r >= 0)
                r = read_version(m, s, to, &b, e);
        if (r >= 0)
                r = config_compare(&a, &b, &list, &n);
        return r < 0 ? r : reply_changes(message, &caller, s, list, n, values);
}
