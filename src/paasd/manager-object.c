/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>
#include <string.h>

#include "basic/text.h"
#include "bus/bus.h"
#include "engine/operation/apps.h"
#include "engine/world/appinfo.h"
#include "model/paths.h"
#include "paasd/answer.h"
#include "paasd/caller.h"
#include "paasd/dict.h"
#include "paasd/objects.h"

static int method_authenticate(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        const char *fingerprint, *address, *user;
        int r = sd_bus_message_read(message, "ss", &fingerprint, &address);
        if (r >= 0)
                r = caller_authenticate(userdata, message, fingerprint, address, &user, e);
        return r < 0 ? r : sd_bus_reply_method_return(message, "s", user);
}

static int reply_app(sd_bus_message *message, const AppState *s)
{
        _cleanup_free_ char *path = app_object_path(s->app.name);
        return path ? sd_bus_reply_method_return(message, "o", path) : -ENOMEM;
}

static int method_create_app(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        Manager *m = userdata;
        Caller caller;
        const char *name;
        AppState *s;
        _cleanup_error_ Error error = ERROR_NULL;
        int r = caller_may(m, message, ACTION_APPS_CREATE, NULL, &caller, e);
        if (r >= 0)
                r = sd_bus_message_read(message, "s", &name);
        if (r < 0)
                return r;
        r = apps_create(m->engine, name, &caller.actor, &s, &error);
        return r < 0 ? bus_error_reply(e, r, &error) : reply_app(message, s);
}

/* Reads the name that the call begins with and finds its application. */
static int read_app(sd_bus_message *message, Manager *m, AppState **ret, sd_bus_error *e)
{
        const char *name;
        int r = sd_bus_message_read(message, "s", &name);
        if (r < 0)
                return r;
        *ret = catalog_find_app(&m->engine->catalog, name);
        if (*ret)
                return 0;
        return sd_bus_error_setf(e, "org.paas1.Error.NoSuchApp",
                                 "There is no application \"%s\". `paas apps` lists what there is.", name);
}

static int method_destroy_app(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        Manager *m = userdata;
        Caller caller;
        const char *confirm;
        AppState *s;
        _cleanup_error_ Error error = ERROR_NULL;
        int r = read_app(message, m, &s, e);
        if (r >= 0)
                r = caller_may(m, message, ACTION_APPS_DESTROY, s, &caller, e);
        if (r >= 0)
                r = sd_bus_message_read(message, "s", &confirm);
        if (r < 0)
                return r;
        r = apps_destroy(m->engine, s, confirm, &caller.actor, &error);
        return r < 0 ? bus_error_reply(e, r, &error) : sd_bus_reply_method_return(message, "");
}

static int method_get_app(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        Caller caller;
        AppState *s;
        int r = read_app(message, userdata, &s, e);
        if (r >= 0)
                r = caller_may(userdata, message, ACTION_APPS_INFO, s, &caller, e);
        return r < 0 ? r : reply_app(message, s);
}

static int append_app(sd_bus_message *reply, Manager *m, const AppState *s)
{
        _cleanup_free_ char *url = app_url(m->engine, s);
        int r = dict_open(reply);
        if (r >= 0)
                r = dict_string(reply, "name", s->app.name);
        if (r >= 0)
                r = dict_string(reply, "id", s->app.id);
        if (r >= 0)
                r = dict_string(reply, "owner", s->app.owner);
        if (r >= 0)
                r = dict_u64(reply, "created", s->app.created);
        if (r >= 0)
                r = dict_string(reply, "web_url", url);
        if (r >= 0)
                r = dict_u64(reply, "version", s->release.version);
        if (r >= 0)
                r = dict_string(reply, "branch", s->app.branch);
        return r < 0 ? r : dict_close(reply);
}

static int method_list_apps(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        Manager *m = userdata;
        Caller caller;
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        int r = caller_may(m, message, ACTION_APPS_LIST, NULL, &caller, e);
        if (r >= 0)
                r = reply_list_begin(message, &reply);
        for (size_t i = 0; r >= 0 && i < m->engine->catalog.n_apps; i++)
                if (caller_role(m, &caller, m->engine->catalog.apps[i]) >= ROLE_VIEWER)
                        r = append_app(reply, m, m->engine->catalog.apps[i]);
        return reply_list_send(reply, r);
}

static int reply_repository(sd_bus_message *message, Manager *m, Action action, sd_bus_error *e)
{
        Caller caller;
        AppState *s;
        char path[256];
        int r = read_app(message, m, &s, e);
        if (r >= 0)
                r = caller_may(m, message, action, s, &caller, e);
        if (r < 0)
                return r;
        snprintf(path, sizeof(path), PAAS_REPOSITORY, s->app.name);
        return sd_bus_reply_method_return(message, "sss", path, s->app.branch ? s->app.branch : "",
                                          s->release.commit ? s->release.commit : "");
}

static int method_get_repository(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        return reply_repository(message, userdata, ACTION_GIT_READ, e);
}

/* Asked before a push is taken in: nobody uploads what is refused afterwards. */
static int method_prepare_push(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        return reply_repository(message, userdata, ACTION_DEPLOY, e);
}

static int method_get_job(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        Manager *m = userdata;
        Caller caller;
        const char *id;
        int r = sd_bus_message_read(message, "s", &id);
        Job *j = r >= 0 ? job_find(m->engine, id) : NULL;
        if (r >= 0)
                r = caller_may(m, message, j ? ACTION_APPS_INFO : ACTION_APPS_LIST, j ? job_app(j) : NULL,
                               &caller, e);
        if (r < 0)
                return r;
        if (!j)
                return sd_bus_error_setf(e, "org.paas1.Error.NoSuchJob", "There is no operation %s.", id);
        _cleanup_free_ char *path = job_object_path(j);
        return path ? sd_bus_reply_method_return(message, "o", path) : -ENOMEM;
}

static int method_list_jobs(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        Manager *m = userdata;
        Caller caller;
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        int r = caller_may(m, message, ACTION_APPS_LIST, NULL, &caller, e);
        if (r >= 0)
                r = reply_list_begin(message, &reply);
        for (size_t i = 0; r >= 0 && i < m->engine->n_jobs; i++)
                if (caller_sees_job(m, &caller, m->engine->jobs[i]))
                        r = job_object_append(reply, m, m->engine->jobs[i]);
        return reply_list_send(reply, r);
}

static int get_property(sd_bus *bus, const char *path, const char *interface, const char *property,
                        sd_bus_message *reply, void *userdata, sd_bus_error *e)
{
        Manager *m = userdata;
        if (streq(property, "Version"))
                return sd_bus_message_append(reply, "s", PAAS_VERSION);
        if (streq(property, "Host"))
                return sd_bus_message_append(reply, "s", "local");
        return sd_bus_message_append(reply, "s",
                                     m->engine->catalog.base_domain ? m->engine->catalog.base_domain : "");
}

static const sd_bus_vtable manager_vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_PROPERTY("Version", "s", get_property, 0, SD_BUS_VTABLE_PROPERTY_CONST),
        SD_BUS_PROPERTY("BaseDomain", "s", get_property, 0, 0),
        SD_BUS_PROPERTY("Host", "s", get_property, 0, SD_BUS_VTABLE_PROPERTY_CONST),
        SD_BUS_METHOD_WITH_ARGS("Authenticate", SD_BUS_ARGS("s", fingerprint, "s", address),
                                SD_BUS_RESULT("s", user), method_authenticate, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("Setup", SD_BUS_ARGS("a{sv}", options), SD_BUS_RESULT("aa{sv}", checks),
                                method_setup, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("Check", SD_BUS_NO_ARGS, SD_BUS_RESULT("aa{sv}", checks), method_check,
                                SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("CreateApp", SD_BUS_ARGS("s", name), SD_BUS_RESULT("o", app),
                                method_create_app, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("DestroyApp", SD_BUS_ARGS("s", name, "s", confirm), SD_BUS_NO_RESULT,
                                method_destroy_app, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("RestoreApp", SD_BUS_ARGS("s", what, "a{sv}", options),
                                SD_BUS_RESULT("o", app, "s", name, "o", job, "as", taken),
                                method_restore_app, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("ListDestroyed", SD_BUS_NO_ARGS, SD_BUS_RESULT("aa{sv}", apps),
                                method_list_destroyed, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("CollectGarbage", SD_BUS_ARGS("a{sv}", options),
                                SD_BUS_RESULT("aa{sv}", items), method_collect_garbage,
                                SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("Router", SD_BUS_NO_ARGS, SD_BUS_RESULT("a{sv}", router), method_router,
                                SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("GetApp", SD_BUS_ARGS("s", name), SD_BUS_RESULT("o", app), method_get_app,
                                SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("ListApps", SD_BUS_NO_ARGS, SD_BUS_RESULT("aa{sv}", apps), method_list_apps,
                                SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("ListUsers", SD_BUS_NO_ARGS, SD_BUS_RESULT("aa{sv}", users),
                                method_list_users, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("AddUser", SD_BUS_ARGS("s", name, "s", email, "b", admin), SD_BUS_NO_RESULT,
                                method_add_user, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("UserInfo", SD_BUS_ARGS("s", name), SD_BUS_RESULT("a{sv}", info),
                                method_user_info, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("DisableUser", SD_BUS_ARGS("s", name), SD_BUS_RESULT("a{sv}", info),
                                method_disable_user, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("EnableUser", SD_BUS_ARGS("s", name), SD_BUS_RESULT("a{sv}", info),
                                method_enable_user, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("ListTeams", SD_BUS_NO_ARGS, SD_BUS_RESULT("aa{sv}", teams),
                                method_list_teams, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("CreateTeam", SD_BUS_ARGS("s", name), SD_BUS_NO_RESULT, method_create_team,
                                SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("AddMember", SD_BUS_ARGS("s", team, "s", user), SD_BUS_NO_RESULT,
                                method_add_member, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("RemoveMember", SD_BUS_ARGS("s", team, "s", user), SD_BUS_NO_RESULT,
                                method_remove_member, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("SetLead", SD_BUS_ARGS("s", team, "s", user), SD_BUS_NO_RESULT,
                                method_set_lead, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("DestroyTeam", SD_BUS_ARGS("s", team), SD_BUS_NO_RESULT, method_destroy_team,
                                SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("ListKeys", SD_BUS_ARGS("s", user), SD_BUS_RESULT("aa{sv}", keys),
                                method_list_keys, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("AddKey", SD_BUS_ARGS("s", user, "s", line), SD_BUS_RESULT("s", fingerprint),
                                method_add_key, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("RemoveKey", SD_BUS_ARGS("s", user, "s", fingerprint), SD_BUS_NO_RESULT,
                                method_remove_key, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("ListPipelines", SD_BUS_NO_ARGS, SD_BUS_RESULT("aa{sv}", pipelines),
                                method_list_pipelines, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("GetPipeline", SD_BUS_ARGS("s", name), SD_BUS_RESULT("a{sv}", pipeline),
                                method_get_pipeline, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("CreatePipeline", SD_BUS_ARGS("s", name, "a{sv}", options), SD_BUS_NO_RESULT,
                                method_create_pipeline, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("DestroyPipeline", SD_BUS_ARGS("s", name), SD_BUS_NO_RESULT,
                                method_destroy_pipeline, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("GetRepository", SD_BUS_ARGS("s", app),
                                SD_BUS_RESULT("s", path, "s", branch, "s", commit), method_get_repository,
                                SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("PreparePush", SD_BUS_ARGS("s", app),
                                SD_BUS_RESULT("s", path, "s", branch, "s", commit), method_prepare_push,
                                SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("Audit", SD_BUS_ARGS("a{sv}", options), SD_BUS_RESULT("aa{sv}", records),
                                method_audit, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("OpenAudit", SD_BUS_ARGS("a{sv}", options), SD_BUS_RESULT("h", records),
                                method_open_audit, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("VerifyAudit", SD_BUS_NO_ARGS, SD_BUS_RESULT("h", findings),
                                method_verify_audit, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("GetJob", SD_BUS_ARGS("s", id), SD_BUS_RESULT("o", job), method_get_job,
                                SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("ListJobs", SD_BUS_NO_ARGS, SD_BUS_RESULT("aa{sv}", jobs), method_list_jobs,
                                SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_SIGNAL_WITH_ARGS("AppNew", SD_BUS_ARGS("s", name, "o", app), 0),
        SD_BUS_SIGNAL_WITH_ARGS("AppRemoved", SD_BUS_ARGS("s", name, "o", app), 0),
        SD_BUS_SIGNAL_WITH_ARGS("JobNew", SD_BUS_ARGS("s", id, "o", job), 0),
        SD_BUS_SIGNAL_WITH_ARGS("JobRemoved", SD_BUS_ARGS("s", id, "o", job, "s", result), 0),
        SD_BUS_VTABLE_END,
};

int manager_object_register(Manager *m)
{
        return sd_bus_add_object_vtable(m->bus, &m->slots[m->n_slots++], BUS_PATH, BUS_MANAGER_INTERFACE,
                                        manager_vtable, m);
}
