/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Who has which role on an application: part of its interface. */

#include <errno.h>

#include "bus/bus.h"
#include "engine/access/grants.h"
#include "model/name.h"
#include "paasd/answer.h"
#include "paasd/caller.h"
#include "paasd/dict.h"
#include "paasd/objects.h"

static int append_holder(sd_bus_message *reply, const Catalog *c, const char *holder, Role role)
{
        const char *name = holder_team(holder);
        const TeamState *t = name ? catalog_find_team(c, name) : NULL;
        int r = dict_open(reply);
        if (r >= 0)
                r = dict_string(reply, "name", holder);
        if (r >= 0)
                r = dict_string(reply, "role", role_to_string(role));
        if (r >= 0 && t)
                r = dict_string(reply, "lead", t->team.lead);
        if (r >= 0 && t)
                r = dict_strv(reply, "members", t->team.members);
        return r < 0 ? r : dict_close(reply);
}

int method_list_access(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        Manager *m = manager_of(message);
        const AppState *s = userdata;
        Caller caller;
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        int r = caller_may(m, message, ACTION_ACCESS_LIST, s, &caller, e);
        if (r >= 0)
                r = reply_list_begin(message, &reply);
        if (r >= 0)
                r = append_holder(reply, &m->engine->catalog, s->app.owner, ROLE_OWNER);
        for (size_t i = 0; r >= 0 && i < s->access.n_grants; i++)
                r = append_holder(reply, &m->engine->catalog, s->access.grants[i].name,
                                  s->access.grants[i].role);
        return reply_list_send(reply, r);
}

static int reply_done(sd_bus_message *message, sd_bus_error *e, int r, const Error *error)
{
        if (r == -ENOENT)
                return bus_error_reply_as(e, BUS_ERROR_NO_SUCH_USER, r, error);
        return r < 0 ? bus_error_reply(e, r, error) : sd_bus_reply_method_return(message, "");
}

typedef int (*GiveRole)(Engine *, AppState *, const char *, const char *, const Actor *, Error *);

static int give_role(sd_bus_message *message, AppState *s, sd_bus_error *e, GiveRole function)
{
        Manager *m = manager_of(message);
        Caller caller;
        const char *holder, *role;
        _cleanup_error_ Error error = ERROR_NULL;
        int r = caller_may(m, message, ACTION_ACCESS_CHANGE, s, &caller, e);
        if (r >= 0)
                r = sd_bus_message_read(message, "ss", &holder, &role);
        if (r < 0)
                return r;
        r = function(m->engine, s, holder, role, &caller.actor, &error);
        return reply_done(message, e, r, &error);
}

int method_add_access(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        return give_role(message, userdata, e, grants_add);
}

int method_update_access(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        return give_role(message, userdata, e, grants_update);
}

typedef int (*ChangeHolder)(Engine *, AppState *, const char *, const Actor *, Error *);

static int change_holder(sd_bus_message *message, AppState *s, Action action, sd_bus_error *e,
                         ChangeHolder function)
{
        Manager *m = manager_of(message);
        Caller caller;
        const char *holder;
        _cleanup_error_ Error error = ERROR_NULL;
        int r = caller_may(m, message, action, s, &caller, e);
        if (r >= 0)
                r = sd_bus_message_read(message, "s", &holder);
        if (r < 0)
                return r;
        r = function(m->engine, s, holder, &caller.actor, &error);
        return reply_done(message, e, r, &error);
}

int method_remove_access(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        return change_holder(message, userdata, ACTION_ACCESS_CHANGE, e, grants_remove);
}

int method_transfer(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        return change_holder(message, userdata, ACTION_APPS_TRANSFER, e, grants_transfer);
}
