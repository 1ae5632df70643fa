/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a user owns and may do, and its end: part of the Manager interface. */

#include <errno.h>

#include "basic/strv.h"
#include "basic/text.h"
#include "bus/bus.h"
#include "engine/access/roles.h"
#include "engine/access/users.h"
#include "paasd/answer.h"
#include "paasd/caller.h"
#include "paasd/dict.h"
#include "paasd/objects.h"

static int append_roles(sd_bus_message *reply, const Catalog *c, const char *user)
{
        _cleanup_strv_ char **roles = NULL;
        for (size_t i = 0; i < c->n_apps; i++) {
                Role role = roles_on_app(c, c->apps[i], user);
                if (role == ROLE_NONE)
                        continue;
                int r = strv_appendf(&roles, "%s: %s", c->apps[i]->app.name, role_to_string(role));
                if (r < 0)
                        return r;
        }
        return dict_strv(reply, "roles", roles);
}

static int append_teams(sd_bus_message *reply, const Catalog *c, const char *user)
{
        _cleanup_strv_ char **member = NULL, **leads = NULL;
        int r = 0;
        for (size_t i = 0; r >= 0 && i < c->n_teams; i++) {
                const Team *t = &c->teams[i]->team;
                if (team_has(t, user))
                        r = strv_append(&member, t->name);
                if (r >= 0 && text_equal(t->lead, user))
                        r = strv_append(&leads, t->name);
        }
        if (r >= 0)
                r = dict_strv(reply, "teams", member);
        return r < 0 ? r : dict_strv(reply, "leads", leads);
}

static int append_user(sd_bus_message *reply, const Catalog *c, const User *u)
{
        _cleanup_strv_ char **owned = NULL;
        int r = roles_owned_by(c, u->name, &owned);
        if (r >= 0)
                r = dict_open(reply);
        if (r >= 0)
                r = reply_append_user(reply, u);
        if (r >= 0)
                r = dict_strv(reply, "owns", owned);
        if (r >= 0)
                r = append_teams(reply, c, u->name);
        if (r >= 0)
                r = append_roles(reply, c, u->name);
        return r < 0 ? r : dict_close(reply);
}

static int reply_user(sd_bus_message *message, Manager *m, const char *name, sd_bus_error *e)
{
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        const UserState *u = catalog_find_user(&m->engine->catalog, name);
        if (!u)
                return sd_bus_error_setf(e, BUS_ERROR_NO_SUCH_USER,
                                         "There is no user \"%s\". `paas users` lists them.", name);
        int r = sd_bus_message_new_method_return(message, &reply);
        if (r >= 0)
                r = append_user(reply, &m->engine->catalog, &u->user);
        return r < 0 ? r : sd_bus_message_send(reply);
}

int method_user_info(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        Caller caller;
        const char *name;
        int r = caller_may(userdata, message, ACTION_USERS_INFO, NULL, &caller, e);
        if (r >= 0)
                r = sd_bus_message_read(message, "s", &name);
        return r < 0 ? r : reply_user(message, userdata, name, e);
}

static int set_disabled(sd_bus_message *message, Manager *m, bool disabled, sd_bus_error *e)
{
        Caller caller;
        const char *name;
        _cleanup_error_ Error error = ERROR_NULL;
        int r = caller_may(m, message, ACTION_USERS_DISABLE, NULL, &caller, e);
        if (r >= 0)
                r = sd_bus_message_read(message, "s", &name);
        if (r < 0)
                return r;
        r = users_set_disabled(m->engine, name, disabled, &caller.actor, &error);
        if (r == -ENOENT)
                return bus_error_reply_as(e, BUS_ERROR_NO_SUCH_USER, r, &error);
        if (r < 0)
                return bus_error_reply(e, r, &error);
        if (disabled)
                caller_end_sessions(m, name);
        return reply_user(message, m, name, e);
}

int method_disable_user(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        return set_disabled(message, userdata, true, e);
}

int method_enable_user(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        return set_disabled(message, userdata, false, e);
}
