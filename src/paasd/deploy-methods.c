/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>

#include "basic/text.h"
#include "bus/bus.h"
#include "engine/operation/apps.h"
#include "engine/operation/queue.h"
#include "paasd/answer.h"
#include "paasd/caller.h"
#include "paasd/dict.h"
#include "paasd/objects.h"

/* What changes how many processes run makes no release and never waits. */
static bool is_listed(const Job *j, const AppState *s)
{
        return streq(j->operation.app, s->app.name) && j->operation.kind != OPERATION_SCALE &&
               j->operation.kind != OPERATION_STOP;
}

static int append_deploy(sd_bus_message *reply, Job *j)
{
        const Operation *o = &j->operation;
        int r = dict_open(reply);
        if (r >= 0)
                r = dict_string(reply, "id", j->id);
        if (r >= 0)
                r = dict_string(reply, "kind", operation_kind_to_string(o->kind));
        if (r >= 0)
                r = dict_string(reply, "commit", o->commit);
        if (r >= 0)
                r = dict_string(reply, "user", o->actor);
        if (r >= 0)
                r = dict_u64(reply, "created", o->created);
        if (r >= 0)
                r = dict_string(reply, "step", operation_step_to_string(o->step));
        if (r >= 0)
                r = dict_string(reply, "state", job_state(j));
        if (r >= 0)
                r = dict_string(reply, "waits_for", j->waits_for);
        if (r >= 0)
                r = dict_u32(reply, "ahead", queue_ahead(j));
        if (r >= 0)
                r = dict_u64(reply, "version", o->version);
        if (r >= 0)
                r = dict_bool(reply, "detached", o->detached);
        if (r >= 0)
                r = dict_string(reply, "error", j->error);
        return r < 0 ? r : dict_close(reply);
}

int method_list_deploys(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        Manager *m = manager_of(message);
        AppState *s = userdata;
        Caller caller;
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        int r = caller_may(m, message, ACTION_DEPLOYS_LIST, s, &caller, e);
        if (r >= 0)
                r = reply_list_begin(message, &reply);
        for (size_t i = 0; r >= 0 && i < m->engine->n_jobs; i++)
                if (is_listed(m->engine->jobs[i], s))
                        r = append_deploy(reply, m->engine->jobs[i]);
        return reply_list_send(reply, r);
}

int method_lock(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        Manager *m = manager_of(message);
        Caller caller;
        const char *reason;
        _cleanup_error_ Error error = ERROR_NULL;
        int r = caller_may(m, message, ACTION_APPS_LOCK, userdata, &caller, e);
        if (r >= 0)
                r = sd_bus_message_read(message, "s", &reason);
        if (r < 0)
                return r;
        r = apps_lock(m->engine, userdata, reason, &caller.actor, &error);
        return r < 0 ? bus_error_reply(e, r, &error) : sd_bus_reply_method_return(message, "");
}

int method_unlock(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        Manager *m = manager_of(message);
        Caller caller;
        _cleanup_error_ Error error = ERROR_NULL;
        int r = caller_may(m, message, ACTION_APPS_LOCK, userdata, &caller, e);
        if (r < 0)
                return r;
        r = apps_unlock(m->engine, userdata, &caller.actor, &error);
        return r < 0 ? bus_error_reply_as(e, BUS_ERROR_CONFLICT, r, &error)
                     : sd_bus_reply_method_return(message, "");
}
