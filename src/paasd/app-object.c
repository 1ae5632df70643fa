/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>
#include <string.h>

#include "basic/strv.h"
#include "basic/text.h"
#include "bus/bus.h"
#include "engine/access/enrol.h"
#include "engine/operation/adjust.h"
#include "engine/operation/apps.h"
#include "engine/operation/deploy.h"
#include "engine/world/appinfo.h"
#include "model/name.h"
#include "paasd/answer.h"
#include "paasd/caller.h"
#include "paasd/dict.h"
#include "paasd/objects.h"

#define APP_PREFIX BUS_PATH "/app"

char *app_object_path(const char *name)
{
        _cleanup_free_ char *escaped = name_escape(name);
        char *path = NULL;
        return escaped && asprintf(&path, APP_PREFIX "/%s", escaped) >= 0 ? path : NULL;
}

/* The manager that the vtable was registered with. */
static int append_places(sd_bus_message *reply, Manager *m, AppState *s)
{
        _cleanup_free_ char *url = app_url(m->engine, s), *git = NULL;
        _cleanup_strv_ char **domains = NULL;
        const char *base = m->engine->catalog.base_domain;
        int r = app_domains(m->engine, s, &domains);
        if (r >= 0 && asprintf(&git, "paas@%s:%s", base ? base : "localhost", s->app.name) < 0)
                r = -ENOMEM;
        if (r >= 0)
                r = dict_string(reply, "web_url", url);
        if (r >= 0)
                r = dict_string(reply, "git_url", git);
        return r < 0 ? r : dict_strv(reply, "domains", domains);
}

static int append_info(sd_bus_message *reply, Manager *m, AppState *s)
{
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
                r = append_places(reply, m, s);
        if (r >= 0)
                r = dict_string(reply, "branch", s->app.branch);
        if (r >= 0)
                r = dict_string(reply, "commit", s->release.commit);
        if (r >= 0)
                r = dict_u64(reply, "version", s->release.version);
        if (r >= 0)
                r = dict_u32(reply, "run_uid", s->app.run_uid);
        if (r >= 0)
                r = dict_u32(reply, "build_uid", s->app.build_uid);
        if (r >= 0)
                r = dict_string(reply, "listen", listen_to_string(enrol_listen(s, &s->release)));
        if (r >= 0)
                r = dict_string(reply, "stack", s->release.stack ? s->release.stack : "host");
        if (r >= 0)
                r = dict_string(reply, "region", s->app.host);
        if (r >= 0)
                r = dict_string(reply, "locked_by", s->lock.by);
        if (r >= 0)
                r = dict_string(reply, "lock_reason", s->lock.reason);
        if (r >= 0 && s->lock.by)
                r = dict_u64(reply, "locked_since", s->lock.since);
        return r < 0 ? r : dict_close(reply);
}

static int method_info(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        Manager *m = manager_of(message);
        Caller caller;
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        int r = caller_may(m, message, ACTION_APPS_INFO, userdata, &caller, e);
        if (r >= 0)
                r = sd_bus_message_new_method_return(message, &reply);
        if (r >= 0)
                r = append_info(reply, m, userdata);
        return r < 0 ? r : sd_bus_message_send(reply);
}

static int method_scale(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        Manager *m = manager_of(message);
        Caller caller;
        Job *j = NULL;
        _cleanup_error_ Error error = ERROR_NULL;
        _cleanup_strv_ char **changes = NULL;
        int r = caller_may(m, message, ACTION_PS_SCALE, userdata, &caller, e);
        if (r >= 0)
                r = sd_bus_message_read_strv(message, &changes);
        if (r < 0)
                return r;
        r = adjust_scale(m->engine, userdata, changes, &caller.actor, &j, &error);
        return r < 0 ? bus_error_reply(e, r, &error) : reply_job(message, j);
}

typedef int (*Adjust)(Engine *, AppState *, const char *, const Actor *, Job **, Error *);

static int adjust(sd_bus_message *message, AppState *s, Action action, sd_bus_error *e, Adjust function)
{
        Manager *m = manager_of(message);
        Caller caller;
        Job *j = NULL;
        const char *what;
        _cleanup_error_ Error error = ERROR_NULL;
        int r = caller_may(m, message, action, s, &caller, e);
        if (r >= 0)
                r = sd_bus_message_read(message, "s", &what);
        if (r < 0)
                return r;
        r = function(m->engine, s, what, &caller.actor, &j, &error);
        return r < 0 ? bus_error_reply(e, r, &error) : reply_job(message, j);
}

static int method_restart(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        return adjust(message, userdata, ACTION_PS_RESTART, e, adjust_restart);
}

static int method_stop(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        return adjust(message, userdata, ACTION_PS_STOP, e, adjust_stop);
}

static int method_deploy(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        Manager *m = manager_of(message);
        Caller caller;
        Job *j = NULL;
        DeployRequest request = {0};
        const char *id = NULL;
        const DictField fields[] = {
                {"old", DICT_STRING, &request.old_commit},
                {"branch", DICT_STRING, &request.branch},
                {"forced", DICT_BOOL, &request.forced},
                {"detach", DICT_BOOL, &request.detached},
                {"no-rollback", DICT_BOOL, &request.no_rollback},
                {"supersede", DICT_BOOL, &request.supersede},
                {"canary", DICT_STRING, &request.canary},
                {"request", DICT_STRING, &id},
        };
        _cleanup_error_ Error error = ERROR_NULL;
        int r = caller_may(m, message, ACTION_DEPLOY, userdata, &caller, e);
        if (r >= 0)
                r = sd_bus_message_read(message, "s", &request.commit);
        if (r >= 0)
                r = dict_read(message, fields, ELEMENTSOF(fields), e);
        if (r < 0)
                return r;
        if (id && *id)
                caller.actor.request = id;
        r = deploy_submit(m->engine, userdata, &request, &caller.actor, &j, &error);
        if (r < 0)
                return bus_error_reply(e, r, &error);
        r = job_object_follow(m, j, message);
        return r < 0 ? r : reply_job(message, j);
}

typedef int (*DomainChange)(Engine *, AppState *, const char *, const Actor *, Error *);

static int change_domain(sd_bus_message *message, AppState *s, sd_bus_error *e, DomainChange function)
{
        Manager *m = manager_of(message);
        Caller caller;
        const char *domain;
        _cleanup_error_ Error error = ERROR_NULL;
        int r = caller_may(m, message, ACTION_DOMAINS_CHANGE, s, &caller, e);
        if (r >= 0)
                r = sd_bus_message_read(message, "s", &domain);
        if (r < 0)
                return r;
        r = function(m->engine, s, domain, &caller.actor, &error);
        return r < 0 ? bus_error_reply(e, r, &error) : sd_bus_reply_method_return(message, "");
}

static int method_add_domain(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        return change_domain(message, userdata, e, apps_add_domain);
}

static int method_remove_domain(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        return change_domain(message, userdata, e, apps_remove_domain);
}

static int log_arguments(const AppState *s, const char *process, const char *source, uint64_t lines,
                         bool follow, bool json, char ***ret)
{
        _cleanup_strv_ char **a = NULL;
        int r = strv_append(&a, "--app");
        if (r >= 0)
                r = strv_append(&a, s->app.name);
        if (r >= 0)
                r = strv_appendf(&a, "--app-id=%s", s->app.id);
        if (r >= 0)
                r = strv_appendf(&a, "--lines=%llu", (unsigned long long) lines);
        if (r >= 0 && process && *process)
                r = strv_appendf(&a, "--process=%s", process);
        if (r >= 0 && source && *source)
                r = strv_appendf(&a, "--source=%s", source);
        if (r >= 0 && follow)
                r = strv_append(&a, "--follow");
        if (r >= 0 && json)
                r = strv_append(&a, "--json");
        if (r < 0)
                return r;
        *ret = TAKE_PTR(a);
        return 0;
}

/* "" is all of them. */
static bool is_source(const char *text)
{
        static const char *const sources[] = {"", "app", "router", "build", "release", "paas"};
        for (size_t i = 0; i < ELEMENTSOF(sources); i++)
                if (streq(sources[i], text))
                        return true;
        return false;
}

static int check_log_options(const char *process, const char *source, sd_bus_error *e)
{
        static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789-.";
        if (process && process[strspn(process, allowed)])
                return sd_bus_error_setf(e, "org.paas1.Error.InvalidArgument", "\"%s\" is not a process.",
                                         process);
        if (source && !is_source(source))
                return sd_bus_error_setf(e, "org.paas1.Error.InvalidArgument",
                                         "There is no source \"%s\": they are app, router, build, "
                                         "release and paas",
                                         source);
        return 0;
}

static int method_open_log(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        Manager *m = manager_of(message);
        Caller caller;
        uint64_t lines = 100;
        bool follow = false, json = false;
        const char *process = NULL, *source = NULL;
        const DictField fields[] = {
                {"lines", DICT_U64, &lines},      {"follow", DICT_BOOL, &follow},
                {"json", DICT_BOOL, &json},       {"process", DICT_STRING, &process},
                {"source", DICT_STRING, &source},
        };
        _cleanup_strv_ char **arguments = NULL;
        _cleanup_close_ int fd = -1;
        int r = caller_may(m, message, ACTION_LOGS, userdata, &caller, e);
        if (r >= 0)
                r = dict_read(message, fields, ELEMENTSOF(fields), e);
        if (r >= 0)
                r = check_log_options(process, source, e);
        if (r >= 0)
                r = log_arguments(userdata, process, source, lines, follow, json, &arguments);
        if (r >= 0)
                r = logstream_open(m, arguments, &fd);
        return r < 0 ? r : sd_bus_reply_method_return(message, "h", fd);
}

static int get_property(sd_bus *bus, const char *path, const char *interface, const char *property,
                        sd_bus_message *reply, void *userdata, sd_bus_error *e)
{
        AppState *s = userdata;
        Manager *m = sd_bus_slot_get_userdata(sd_bus_get_current_slot(bus));
        Caller caller;
        int r = caller_may(m, sd_bus_get_current_message(bus), ACTION_APPS_INFO, s, &caller, e);
        if (r < 0)
                return r;
        if (streq(property, "Name"))
                return sd_bus_message_append(reply, "s", s->app.name);
        if (streq(property, "Id"))
                return sd_bus_message_append(reply, "s", s->app.id);
        if (streq(property, "Owner"))
                return sd_bus_message_append(reply, "s", s->app.owner);
        if (streq(property, "Version"))
                return sd_bus_message_append(reply, "t", s->release.version);
        _cleanup_free_ char *url = app_url(m->engine, s);
        return url ? sd_bus_message_append(reply, "s", url) : -ENOMEM;
}

static int find_app(sd_bus *bus, const char *path, const char *interface, void *userdata, void **ret_found,
                    sd_bus_error *e)
{
        Manager *m = userdata;
        const char *escaped = text_after(path, APP_PREFIX "/");
        _cleanup_free_ char *name = escaped ? name_unescape(escaped) : NULL;
        *ret_found = name ? catalog_find_app(&m->engine->catalog, name) : NULL;
        return *ret_found != NULL;
}

static int enumerate_apps(sd_bus *bus, const char *prefix, void *userdata, char ***ret, sd_bus_error *e)
{
        Manager *m = userdata;
        _cleanup_strv_ char **paths = NULL;
        for (size_t i = 0; i < m->engine->catalog.n_apps; i++) {
                int r = strv_consume(&paths, app_object_path(m->engine->catalog.apps[i]->app.name));
                if (r < 0)
                        return r;
        }
        *ret = TAKE_PTR(paths);
        return 0;
}

static const sd_bus_vtable app_vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_PROPERTY("Name", "s", get_property, 0, SD_BUS_VTABLE_PROPERTY_CONST),
        SD_BUS_PROPERTY("Id", "s", get_property, 0, SD_BUS_VTABLE_PROPERTY_CONST),
        SD_BUS_PROPERTY("Owner", "s", get_property, 0, 0),
        SD_BUS_PROPERTY("WebUrl", "s", get_property, 0, 0),
        SD_BUS_PROPERTY("Version", "t", get_property, 0, 0),
        SD_BUS_METHOD_WITH_ARGS("Info", SD_BUS_NO_ARGS, SD_BUS_RESULT("a{sv}", info), method_info,
                                SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("DiskUsage", SD_BUS_NO_ARGS, SD_BUS_RESULT("a{sv}", bytes),
                                method_disk_usage, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("ListInstances", SD_BUS_NO_ARGS, SD_BUS_RESULT("aa{sv}", instances),
                                method_list_instances, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("Formation", SD_BUS_NO_ARGS, SD_BUS_RESULT("aa{sv}", formation),
                                method_formation, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("Scale", SD_BUS_ARGS("as", changes), SD_BUS_RESULT("o", job), method_scale,
                                SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("Restart", SD_BUS_ARGS("s", what), SD_BUS_RESULT("o", job), method_restart,
                                SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("Stop", SD_BUS_ARGS("s", what), SD_BUS_RESULT("o", job), method_stop,
                                SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("Run",
                                SD_BUS_ARGS("as", command, "a{ss}", env, "a{sv}", options, "h", control),
                                SD_BUS_RESULT("s", name), method_run, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("RunDetached", SD_BUS_ARGS("as", command, "a{ss}", env, "a{sv}", options),
                                SD_BUS_RESULT("s", name), method_run_detached, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("ListReleases", SD_BUS_ARGS("u", max), SD_BUS_RESULT("aa{sv}", releases),
                                method_list_releases, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("GetRelease", SD_BUS_ARGS("t", version), SD_BUS_RESULT("a{sv}", release),
                                method_get_release, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("Rollback", SD_BUS_ARGS("t", version, "a{sv}", options),
                                SD_BUS_RESULT("o", job), method_rollback, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("RetryRelease", SD_BUS_ARGS("t", version), SD_BUS_RESULT("o", job),
                                method_retry_release, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("LockRelease", SD_BUS_ARGS("t", version, "s", reason), SD_BUS_NO_RESULT,
                                method_lock_release, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("UnlockRelease", SD_BUS_ARGS("t", version), SD_BUS_NO_RESULT,
                                method_unlock_release, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("GetOutcome", SD_BUS_ARGS("t", version),
                                SD_BUS_RESULT("t", version, "s", state, "t", left, "s", reason, "o", job),
                                method_get_outcome, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("OpenReleaseLog", SD_BUS_ARGS("t", version), SD_BUS_RESULT("h", log),
                                method_open_release_log, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("GetConfig", SD_BUS_NO_ARGS, SD_BUS_RESULT("a{ss}", config),
                                method_get_config, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("GetConfigVars", SD_BUS_ARGS("as", names), SD_BUS_RESULT("a{ss}", config),
                                method_get_config_vars, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("DiffConfig", SD_BUS_ARGS("t", from, "t", to, "b", values),
                                SD_BUS_RESULT("aa{sv}", changes), method_diff_config,
                                SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("SetConfig", SD_BUS_ARGS("a{ss}", set, "as", unset, "a{sv}", options),
                                SD_BUS_RESULT("o", job), method_set_config, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("ListChecks", SD_BUS_NO_ARGS, SD_BUS_RESULT("aa{sv}", checks),
                                method_list_checks, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("ListSettings", SD_BUS_NO_ARGS, SD_BUS_RESULT("aa{sv}", settings),
                                method_list_settings, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("SetSettings", SD_BUS_ARGS("a{ss}", set, "as", unset, "a{sv}", options),
                                SD_BUS_RESULT("b", changed, "o", job), method_set_settings,
                                SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("Deploy", SD_BUS_ARGS("s", commit, "a{sv}", options),
                                SD_BUS_RESULT("o", job), method_deploy, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("ListDeploys", SD_BUS_NO_ARGS, SD_BUS_RESULT("aa{sv}", deploys),
                                method_list_deploys, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("Lock", SD_BUS_ARGS("s", reason), SD_BUS_NO_RESULT, method_lock,
                                SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("Unlock", SD_BUS_NO_ARGS, SD_BUS_NO_RESULT, method_unlock,
                                SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("CopyConfig", SD_BUS_ARGS("s", from, "as", names), SD_BUS_RESULT("o", job),
                                method_copy_config, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("JoinPipeline", SD_BUS_ARGS("s", pipeline, "s", stage), SD_BUS_NO_RESULT,
                                method_join_pipeline, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("SetStage", SD_BUS_ARGS("s", stage), SD_BUS_NO_RESULT, method_set_stage,
                                SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("LeavePipeline", SD_BUS_NO_ARGS, SD_BUS_NO_RESULT, method_leave_pipeline,
                                SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("Promote", SD_BUS_ARGS("as", targets, "a{sv}", options),
                                SD_BUS_RESULT("aa{sv}", jobs), method_promote, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("Compare", SD_BUS_ARGS("as", targets), SD_BUS_RESULT("aa{sv}", differences),
                                method_compare, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("OpenComparison", SD_BUS_ARGS("s", target), SD_BUS_RESULT("h", commits),
                                method_open_comparison, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("ListDomains", SD_BUS_NO_ARGS, SD_BUS_RESULT("aa{sv}", domains),
                                method_list_domains, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("AddDomain", SD_BUS_ARGS("s", hostname), SD_BUS_NO_RESULT, method_add_domain,
                                SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("RemoveDomain", SD_BUS_ARGS("s", hostname), SD_BUS_NO_RESULT,
                                method_remove_domain, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("ListAccess", SD_BUS_NO_ARGS, SD_BUS_RESULT("aa{sv}", access),
                                method_list_access, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("AddAccess", SD_BUS_ARGS("s", name, "s", role), SD_BUS_NO_RESULT,
                                method_add_access, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("UpdateAccess", SD_BUS_ARGS("s", name, "s", role), SD_BUS_NO_RESULT,
                                method_update_access, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("RemoveAccess", SD_BUS_ARGS("s", name), SD_BUS_NO_RESULT,
                                method_remove_access, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("Transfer", SD_BUS_ARGS("s", owner), SD_BUS_NO_RESULT, method_transfer,
                                SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_ARGS("OpenLog", SD_BUS_ARGS("a{sv}", options), SD_BUS_RESULT("h", log),
                                method_open_log, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_VTABLE_END,
};

int app_object_register(Manager *m)
{
        int r = sd_bus_add_fallback_vtable(m->bus, &m->slots[m->n_slots++], APP_PREFIX, BUS_APP_INTERFACE,
                                           app_vtable, find_app, m);
        if (r >= 0)
                r = sd_bus_add_node_enumerator(m->bus, &m->slots[m->n_slots++], APP_PREFIX, enumerate_apps,
                                               m);
        return r;
}
