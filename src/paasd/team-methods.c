/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Teams: part of the Manager interface. */

#include <errno.h>

#include "basic/strv.h"
#include "bus/bus.h"
#include "engine/access/roles.h"
#include "engine/access/teams.h"
#include "paasd/answer.h"
#include "paasd/caller.h"
#include "paasd/dict.h"
#include "paasd/objects.h"

static int append_team(sd_bus_message *reply, const Catalog *c, const Team *t)
{
        _cleanup_strv_ char **owned = NULL;
        _cleanup_free_ char *holder = NULL;
        if (asprintf(&holder, "team:%s", t->name) < 0)
                return -ENOMEM;
        int r = roles_owned_by(c, holder, &owned);
        if (r >= 0)
                r = dict_open(reply);
        if (r >= 0)
                r = dict_string(reply, "name", t->name);
        if (r >= 0)
                r = dict_string(reply, "id", t->id);
        if (r >= 0)
                r = dict_string(reply, "lead", t->lead);
        if (r >= 0)
                r = dict_strv(reply, "members", t->members);
        if (r >= 0)
                r = dict_strv(reply, "owns", owned);
        if (r >= 0)
                r = dict_u64(reply, "created", t->created);
        return r < 0 ? r : dict_close(reply);
}

int method_list_teams(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        Manager *m = userdata;
        const Catalog *c = &m->engine->catalog;
        Caller caller;
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        int r = caller_may(m, message, ACTION_TEAMS_LIST, NULL, &caller, e);
        if (r >= 0)
                r = reply_list_begin(message, &reply);
        for (size_t i = 0; r >= 0 && i < c->n_teams; i++)
                r = append_team(reply, c, &c->teams[i]->team);
        return reply_list_send(reply, r);
}

int method_create_team(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        Manager *m = userdata;
        Caller caller;
        const char *name;
        _cleanup_error_ Error error = ERROR_NULL;
        int r = caller_may(m, message, ACTION_TEAMS_CREATE, NULL, &caller, e);
        if (r >= 0)
                r = sd_bus_message_read(message, "s", &name);
        if (r < 0)
                return r;
        r = teams_create(m->engine, name, &caller.actor, &error);
        return r < 0 ? bus_error_reply(e, r, &error) : sd_bus_reply_method_return(message, "");
}

/* Reads the name that the call begins with, finds its team, and sees whether the caller may change it. */
static int begin_change(sd_bus_message *message, Manager *m, Caller *caller, TeamState **ret,
                        sd_bus_error *e)
{
        const char *name;
        int r = sd_bus_message_read(message, "s", &name);
        if (r < 0)
                return r;
        TeamState *t = catalog_find_team(&m->engine->catalog, name);
        if (!t)
                return sd_bus_error_setf(e, BUS_ERROR_NO_SUCH_TEAM,
                                         "There is no team \"%s\". `paas teams` lists them.", name);
        *ret = t;
        return caller_may_on_team(m, message, ACTION_TEAMS_CHANGE, t, caller, e);
}

typedef int (*ChangeMember)(Engine *, TeamState *, const char *, const Actor *, Error *);

static int change_member(sd_bus_message *message, Manager *m, sd_bus_error *e, ChangeMember function)
{
        Caller caller;
        TeamState *t;
        const char *user;
        _cleanup_error_ Error error = ERROR_NULL;
        int r = begin_change(message, m, &caller, &t, e);
        if (r >= 0)
                r = sd_bus_message_read(message, "s", &user);
        if (r < 0)
                return r;
        r = function(m->engine, t, user, &caller.actor, &error);
        if (r == -ENOENT)
                return bus_error_reply_as(e, BUS_ERROR_NO_SUCH_USER, r, &error);
        return r < 0 ? bus_error_reply(e, r, &error) : sd_bus_reply_method_return(message, "");
}

int method_add_member(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        return change_member(message, userdata, e, teams_add);
}

int method_remove_member(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        return change_member(message, userdata, e, teams_remove);
}

int method_set_lead(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        return change_member(message, userdata, e, teams_lead);
}

int method_destroy_team(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        Manager *m = userdata;
        Caller caller;
        TeamState *t;
        _cleanup_error_ Error error = ERROR_NULL;
        int r = begin_change(message, m, &caller, &t, e);
        if (r < 0)
                return r;
        r = teams_destroy(m->engine, t, &caller.actor, &error);
        return r < 0 ? bus_error_reply(e, r, &error) : sd_bus_reply_method_return(message, "");
}
