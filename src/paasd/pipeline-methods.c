/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Pipelines: part of the Manager interface, and what an application does in its own. */

#include <errno.h>

#include "basic/text.h"
#include "bus/bus.h"
#include "engine/operation/pipelines.h"
#include "paasd/answer.h"
#include "paasd/caller.h"
#include "paasd/dict.h"
#include "paasd/objects.h"

/* The manager that the application's vtable was registered with. */
static int append_app(sd_bus_message *reply, Manager *m, const PipelineApp *a)
{
        const AppState *s = catalog_find_app(&m->engine->catalog, a->app);
        int r = dict_open(reply);
        if (r >= 0)
                r = dict_string(reply, "app", a->app);
        if (r >= 0)
                r = dict_string(reply, "stage", stage_to_string(a->stage));
        if (r >= 0 && s)
                r = dict_u64(reply, "version", s->release.version);
        if (r >= 0 && s)
                r = dict_string(reply, "commit", s->release.commit);
        return r < 0 ? r : dict_close(reply);
}

/* Of an application on which they have no role, nobody hears here. */
static bool sees_app(Manager *m, const Caller *c, const char *app)
{
        const AppState *s = catalog_find_app(&m->engine->catalog, app);
        return s && caller_role(m, c, s) >= ROLE_VIEWER;
}

static bool owns(const Caller *c, const Pipeline *p)
{
        return c->admin || streq(c->name, p->owner);
}

static bool sees(Manager *m, const Caller *c, const Pipeline *p)
{
        bool seen = owns(c, p);
        for (size_t i = 0; i < p->n_apps && !seen; i++)
                seen = sees_app(m, c, p->apps[i].app);
        return seen;
}

static int append_apps(sd_bus_message *reply, Manager *m, const Caller *c, const Pipeline *p)
{
        int r = dict_list_open(reply, "apps");
        for (size_t i = 0; r >= 0 && i < p->n_apps; i++)
                if (sees_app(m, c, p->apps[i].app))
                        r = append_app(reply, m, &p->apps[i]);
        return r < 0 ? r : dict_list_close(reply);
}

static int append_pipeline(sd_bus_message *reply, Manager *m, const Caller *c, const Pipeline *p)
{
        int r = dict_open(reply);
        if (r >= 0)
                r = dict_string(reply, "name", p->name);
        if (r >= 0)
                r = dict_string(reply, "id", p->id);
        if (r >= 0)
                r = dict_string(reply, "owner", p->owner);
        if (r >= 0)
                r = dict_u64(reply, "created", p->created);
        if (r >= 0)
                r = append_apps(reply, m, c, p);
        return r < 0 ? r : dict_close(reply);
}

int method_list_pipelines(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        Manager *m = userdata;
        Caller caller;
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        int r = caller_may(m, message, ACTION_PIPELINES_LIST, NULL, &caller, e);
        if (r >= 0)
                r = reply_list_begin(message, &reply);
        for (size_t i = 0; r >= 0 && i < m->engine->catalog.n_pipelines; i++) {
                const Pipeline *p = &m->engine->catalog.pipelines[i]->pipeline;
                if (sees(m, &caller, p))
                        r = append_pipeline(reply, m, &caller, p);
        }
        return reply_list_send(reply, r);
}

static int find_pipeline(Manager *m, const Caller *c, const char *name, PipelineState **ret, sd_bus_error *e)
{
        *ret = catalog_find_pipeline(&m->engine->catalog, name);
        if (*ret && sees(m, c, &(*ret)->pipeline))
                return 0;
        return sd_bus_error_setf(e, BUS_ERROR_NO_SUCH_PIPELINE,
                                 "There is no pipeline \"%.60s\". `paas pipelines` lists what there is.",
                                 name);
}

static int find_app(Manager *m, const char *name, AppState **ret, sd_bus_error *e)
{
        *ret = catalog_find_app(&m->engine->catalog, name);
        if (*ret)
                return 0;
        return sd_bus_error_setf(e, BUS_ERROR_NO_SUCH_APP,
                                 "There is no application \"%.60s\". `paas apps` lists what there is.",
                                 name);
}

int method_get_pipeline(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        Manager *m = userdata;
        Caller caller;
        PipelineState *p;
        const char *name;
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        int r = caller_may(m, message, ACTION_PIPELINES_LIST, NULL, &caller, e);
        if (r >= 0)
                r = sd_bus_message_read(message, "s", &name);
        if (r >= 0)
                r = find_pipeline(m, &caller, name, &p, e);
        if (r >= 0)
                r = sd_bus_message_new_method_return(message, &reply);
        if (r >= 0)
                r = append_pipeline(reply, m, &caller, &p->pipeline);
        return r < 0 ? r : sd_bus_message_send(reply);
}

static int parse_stage(const char *text, Stage *ret, sd_bus_error *e)
{
        _cleanup_error_ Error error = ERROR_NULL;
        int r = stage_from_string(text, ret, &error);
        return r < 0 ? bus_error_reply(e, r, &error) : 0;
}

int method_create_pipeline(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        Manager *m = userdata;
        Caller caller;
        AppState *s = NULL;
        Stage stage = STAGE_REVIEW;
        const char *name, *app = NULL, *text = NULL;
        const DictField fields[] = {{"app", DICT_STRING, &app}, {"stage", DICT_STRING, &text}};
        _cleanup_error_ Error error = ERROR_NULL;
        int r = caller_may(m, message, ACTION_PIPELINES_CREATE, NULL, &caller, e);
        if (r >= 0)
                r = sd_bus_message_read(message, "s", &name);
        if (r >= 0)
                r = dict_read(message, fields, ELEMENTSOF(fields), e);
        if (r >= 0 && !app != !text)
                r = sd_bus_error_set(e, BUS_ERROR_INVALID_ARGUMENT,
                                     "An application and its stage belong together: -a APP -s STAGE");
        if (r >= 0 && app)
                r = find_app(m, app, &s, e);
        if (r >= 0 && s)
                r = caller_may(m, message, ACTION_PIPELINES_ADD, s, &caller, e);
        if (r >= 0 && s)
                r = parse_stage(text, &stage, e);
        if (r < 0)
                return r;
        r = pipelines_create(m->engine, name, s, stage, &caller.actor, &error);
        return r < 0 ? bus_error_reply(e, r, &error) : sd_bus_reply_method_return(message, "");
}

int method_destroy_pipeline(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        Manager *m = userdata;
        Caller caller;
        PipelineState *p;
        const char *name;
        _cleanup_free_ char *reason = NULL;
        _cleanup_error_ Error error = ERROR_NULL;
        int r = caller_may(m, message, ACTION_PIPELINES_DESTROY, NULL, &caller, e);
        if (r >= 0)
                r = sd_bus_message_read(message, "s", &name);
        if (r >= 0)
                r = find_pipeline(m, &caller, name, &p, e);
        if (r < 0)
                return r;
        if (!owns(&caller, &p->pipeline)) {
                (void) asprintf(
                        &reason,
                        "pipelines:destroy: the pipeline %s belongs to %s, who alone (or an admin) may "
                        "destroy it.",
                        p->pipeline.name, p->pipeline.owner);
                return caller_refuse(m, ACTION_PIPELINES_DESTROY, NULL, &caller, e, reason);
        }
        r = pipelines_destroy(m->engine, p, &caller.actor, &error);
        return r < 0 ? bus_error_reply(e, r, &error) : sd_bus_reply_method_return(message, "");
}

/* Nobody puts an application into a pipeline of others, whose promotions would then go to it. */
static bool may_join(Manager *m, const Caller *c, const Pipeline *p)
{
        bool may = owns(c, p);
        for (size_t i = 0; i < p->n_apps && !may; i++) {
                const AppState *s = catalog_find_app(&m->engine->catalog, p->apps[i].app);
                may = s && caller_role(m, c, s) >= ROLE_OPERATOR;
        }
        return may;
}

int method_join_pipeline(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        Manager *m = manager_of(message);
        Caller caller;
        PipelineState *p;
        Stage stage;
        const char *name, *text;
        _cleanup_free_ char *reason = NULL;
        _cleanup_error_ Error error = ERROR_NULL;
        int r = caller_may(m, message, ACTION_PIPELINES_ADD, userdata, &caller, e);
        if (r >= 0)
                r = sd_bus_message_read(message, "ss", &name, &text);
        if (r >= 0)
                r = find_pipeline(m, &caller, name, &p, e);
        if (r >= 0)
                r = parse_stage(text, &stage, e);
        if (r < 0)
                return r;
        if (!may_join(m, &caller, &p->pipeline)) {
                (void) asprintf(
                        &reason,
                        "pipelines:add: the pipeline %s belongs to %s. They, an admin, or an operator "
                        "of an application in it may put others in.",
                        p->pipeline.name, p->pipeline.owner);
                return caller_refuse(m, ACTION_PIPELINES_ADD, userdata, &caller, e, reason);
        }
        r = pipelines_add(m->engine, p, userdata, stage, &caller.actor, &error);
        return r < 0 ? bus_error_reply(e, r, &error) : sd_bus_reply_method_return(message, "");
}

/* What is missing is the pipeline, not the application. */
static int reply_own(sd_bus_message *message, int r, const Error *error, sd_bus_error *e)
{
        if (r == -ENOENT)
                return bus_error_reply_as(e, BUS_ERROR_NO_SUCH_PIPELINE, r, error);
        return r < 0 ? bus_error_reply(e, r, error) : sd_bus_reply_method_return(message, "");
}

int method_set_stage(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        Manager *m = manager_of(message);
        Caller caller;
        Stage stage;
        const char *text;
        _cleanup_error_ Error error = ERROR_NULL;
        int r = caller_may(m, message, ACTION_PIPELINES_UPDATE, userdata, &caller, e);
        if (r >= 0)
                r = sd_bus_message_read(message, "s", &text);
        if (r >= 0)
                r = parse_stage(text, &stage, e);
        if (r < 0)
                return r;
        r = pipelines_update(m->engine, userdata, stage, &caller.actor, &error);
        return reply_own(message, r, &error, e);
}

int method_leave_pipeline(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        Manager *m = manager_of(message);
        Caller caller;
        _cleanup_error_ Error error = ERROR_NULL;
        int r = caller_may(m, message, ACTION_PIPELINES_REMOVE, userdata, &caller, e);
        if (r < 0)
                return r;
        r = pipelines_remove(m->engine, userdata, &caller.actor, &error);
        return reply_own(message, r, &error, e);
}
