/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* From one application to others: part of the App interface. */

#include <errno.h>
#include <string.h>

#include "basic/text.h"
#include "bus/bus.h"
#include "engine/audit/audit.h"
#include "engine/operation/compare.h"
#include "engine/operation/configcopy.h"
#include "engine/operation/pipelines.h"
#include "engine/operation/promote.h"
#include "paasd/answer.h"
#include "paasd/caller.h"
#include "paasd/dict.h"
#include "paasd/objects.h"

typedef struct Targets {
        AppState **apps; /* owned; the states are the catalogue's */
        size_t n;
} Targets;

static void targets_clear(Targets *t)
{
        free(t->apps);
}

/* The call's list of names, and that the caller may do it here and there: nothing is begun otherwise. */
static int read_targets(sd_bus_message *message, AppState *s, Action action, Caller *caller, Targets *ret,
                        sd_bus_error *e)
{
        Manager *m = manager_of(message);
        _cleanup_strv_ char **names = NULL;
        _cleanup_error_ Error error = ERROR_NULL;
        int r = caller_may(m, message, action, s, caller, e);
        if (r >= 0)
                r = sd_bus_message_read_strv(message, &names);
        if (r < 0)
                return r;
        r = pipelines_targets(m->engine, s, names, &ret->apps, &ret->n, &error);
        if (r == -ENOENT)
                return bus_error_reply_as(e, BUS_ERROR_NO_SUCH_PIPELINE, r, &error);
        if (r < 0)
                return bus_error_reply(e, r, &error);
        for (size_t i = 0; r >= 0 && i < ret->n; i++)
                r = caller_may(m, message, action, ret->apps[i], caller, e);
        return r;
}

static int append_job(sd_bus_message *reply, const AppState *target, const Job *j)
{
        _cleanup_free_ char *path = j ? job_object_path(j) : strdup("/");
        int r = path ? dict_open(reply) : -ENOMEM;
        if (r >= 0)
                r = dict_string(reply, "app", target->app.name);
        if (r >= 0)
                r = dict_string(reply, "job", path);
        return r < 0 ? r : dict_close(reply);
}

int method_promote(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        Manager *m = manager_of(message);
        Caller caller;
        _cleanup_(targets_clear) Targets targets = {0};
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        _cleanup_error_ Error error = ERROR_NULL;
        int r = read_targets(message, userdata, ACTION_PIPELINES_PROMOTE, &caller, &targets, e);
        if (r >= 0)
                r = dict_read(message, NULL, 0, e);
        if (r >= 0)
                r = reply_list_begin(message, &reply);
        for (size_t i = 0; r >= 0 && i < targets.n; i++) {
                Job *j;
                r = promote_submit(m->engine, userdata, targets.apps[i], &caller.actor, &j, &error);
                if (r < 0)
                        return bus_error_reply(e, r, &error);
                r = append_job(reply, targets.apps[i], j);
        }
        return reply_list_send(reply, r);
}

static int append_difference(sd_bus_message *reply, Engine *engine, const AppState *source,
                             const AppState *target, Error *error)
{
        _cleanup_config_difference_ ConfigDifference d = CONFIG_DIFFERENCE_NULL;
        int r = compare_config(engine, source, target, &d, error);
        if (r >= 0)
                r = dict_open(reply);
        if (r >= 0)
                r = dict_string(reply, "app", target->app.name);
        if (r >= 0)
                r = dict_u64(reply, "version", target->release.version);
        if (r >= 0)
                r = dict_string(reply, "commit", target->release.commit);
        if (r >= 0)
                r = dict_string(reply, "source_commit", source->release.commit);
        if (r >= 0)
                r = dict_strv(reply, "config_only_source", d.only_source);
        if (r >= 0)
                r = dict_strv(reply, "config_only_target", d.only_target);
        if (r >= 0)
                r = dict_strv(reply, "config_values", d.values);
        return r < 0 ? r : dict_close(reply);
}

int method_compare(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        Manager *m = manager_of(message);
        Caller caller;
        _cleanup_(targets_clear) Targets targets = {0};
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        _cleanup_error_ Error error = ERROR_NULL;
        int r = read_targets(message, userdata, ACTION_PIPELINES_DIFF, &caller, &targets, e);
        if (r >= 0)
                r = reply_list_begin(message, &reply);
        for (size_t i = 0; r >= 0 && i < targets.n; i++) {
                r = append_difference(reply, m->engine, userdata, targets.apps[i], &error);
                if (r < 0 && error.message)
                        return bus_error_reply(e, r, &error);
        }
        return reply_list_send(reply, r);
}

/* An application that the call names. */
static int read_other(sd_bus_message *message, AppState **ret, sd_bus_error *e)
{
        const char *name;
        int r = sd_bus_message_read(message, "s", &name);
        if (r < 0)
                return r;
        *ret = catalog_find_app(&manager_of(message)->engine->catalog, name);
        if (*ret)
                return 0;
        return sd_bus_error_setf(e, BUS_ERROR_NO_SUCH_APP,
                                 "There is no application \"%.60s\". `paas apps` lists what there is.",
                                 name);
}

int method_open_comparison(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        Manager *m = manager_of(message);
        Caller caller;
        AppState *target;
        _cleanup_close_ int fd = -1;
        _cleanup_error_ Error error = ERROR_NULL;
        int r = caller_may(m, message, ACTION_PIPELINES_DIFF, userdata, &caller, e);
        if (r >= 0)
                r = read_other(message, &target, e);
        if (r >= 0)
                r = caller_may(m, message, ACTION_PIPELINES_DIFF, target, &caller, e);
        if (r < 0)
                return r;
        r = compare_commits(m->engine, userdata, target, &fd, &error);
        return r < 0 ? bus_error_reply(e, r, &error) : sd_bus_reply_method_return(message, "h", fd);
}

int method_copy_config(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        Manager *m = manager_of(message);
        Caller caller;
        Job *j = NULL;
        AppState *from;
        _cleanup_strv_ char **names = NULL;
        _cleanup_error_ Error error = ERROR_NULL;
        int r = caller_may(m, message, ACTION_CONFIG_SET, userdata, &caller, e);
        if (r >= 0)
                r = read_other(message, &from, e);
        if (r >= 0)
                r = caller_may(m, message, ACTION_CONFIG_READ, from, &caller, e);
        if (r >= 0)
                r = sd_bus_message_read_strv(message, &names);
        if (r < 0)
                return r;
        r = configcopy_submit(m->engine, from, userdata, names, &caller.actor, &j, &error);
        if (r < 0)
                return bus_error_reply(e, r, &error);
        _cleanup_free_ char *path = j ? job_object_path(j) : strdup("/"), *what = strv_join(names, ", ");
        if (!path || !what)
                return -ENOMEM;
        audit_read(m->engine, &caller.actor, ACTION_CONFIG_READ, from, what);
        return sd_bus_reply_method_return(message, "o", path);
}
