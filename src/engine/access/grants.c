/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/access/grants.h"

#include <errno.h>
#include <string.h>

#include "basic/text.h"
#include "engine/access/readers.h"
#include "engine/access/roles.h"
#include "model/name.h"

static int check_holder(Engine *e, const char *holder, Error *error)
{
        const char *team = holder_team(holder);
        int r = holder_check(holder, error);
        if (r < 0)
                return r;
        if (team && !catalog_find_team(&e->catalog, team))
                return error_set(error, -ENOENT, "There is no team \"%s\". `paas teams` lists them.", team);
        if (!team && !catalog_find_user(&e->catalog, holder))
                return error_set(error, -ENOENT,
                                 "There is no user \"%s\". `paas users` lists them; a team is written "
                                 "team:NAME.",
                                 holder);
        return 0;
}

static int write_access(Engine *e, AppState *s, const AppChange *change, const char *action,
                        const char *subject, const Actor *actor, Error *error)
{
        const Record record = {.actor = actor, .action = action, .subject = subject, .status = "succeeded"};
        int r = catalog_change_app(&e->catalog, s, change, &record, error);
        return r < 0 ? r : readers_write(e);
}

static int set_role(Engine *e, AppState *s, const char *holder, Role role, const char *action,
                    const Actor *actor, Error *error)
{
        _cleanup_access_ Access a = ACCESS_NULL;
        _cleanup_free_ char *subject = NULL;
        const char *app = s->app.name;
        Role old = access_get(&s->access, holder);
        int n = role == ROLE_NONE
                        ? asprintf(&subject, "Take the role %s on %s from %s", role_to_string(old), app,
                                   holder)
                        : asprintf(&subject, "Give %s the role %s on %s", holder, role_to_string(role), app);
        int r = n < 0 ? -ENOMEM : access_copy(&s->access, &a);
        if (r >= 0)
                r = access_set(&a, holder, role);
        if (r == -E2BIG)
                return error_set(error, r, "%s can give roles to %d names at most; a team counts as one.",
                                 app, ACCESS_MAX);
        if (r < 0)
                return r;
        const AppChange change = {.access = &a};
        return write_access(e, s, &change, action, subject, actor, error);
}

int grants_add(Engine *e, AppState *s, const char *holder, const char *role_name, const Actor *actor,
               Error *error)
{
        Role role, old;
        int r = access_role_from_string(role_name, &role, error);
        if (r >= 0)
                r = check_holder(e, holder, error);
        if (r < 0)
                return r;
        if (streq(s->app.owner, holder))
                return error_set(error, -EEXIST, "%s owns %s: there is no more to give.", holder,
                                 s->app.name);
        old = access_get(&s->access, holder);
        if (old != ROLE_NONE)
                return error_set(error, -EEXIST,
                                 "%s is %s on %s already: paas access:update %s --role %s --app %s", holder,
                                 role_to_string(old), s->app.name, holder, role_name, s->app.name);
        return set_role(e, s, holder, role, "access:add", actor, error);
}

/* Nobody is looked up here: what a damaged or older state still names can be taken away. */
static int check_has_role(const AppState *s, const char *holder, Error *error)
{
        if (streq(s->app.owner, holder))
                return error_set(
                        error, -EINVAL,
                        "%s owns %s. Somebody always does: `paas apps:transfer NAME --app %s` makes "
                        "it somebody else.",
                        holder, s->app.name, s->app.name);
        if (access_get(&s->access, holder) == ROLE_NONE)
                return error_set(error, -ENOENT,
                                 "%s has no role of their own on %s. `paas access --app %s` lists who has.",
                                 holder, s->app.name, s->app.name);
        return 0;
}

int grants_update(Engine *e, AppState *s, const char *holder, const char *role_name, const Actor *actor,
                  Error *error)
{
        Role role;
        int r = access_role_from_string(role_name, &role, error);
        if (r >= 0)
                r = check_has_role(s, holder, error);
        if (r < 0)
                return r;
        return access_get(&s->access, holder) == role
                       ? 0
                       : set_role(e, s, holder, role, "access:update", actor, error);
}

int grants_remove(Engine *e, AppState *s, const char *holder, const Actor *actor, Error *error)
{
        int r = check_has_role(s, holder, error);
        return r < 0 ? r : set_role(e, s, holder, ROLE_NONE, "access:remove", actor, error);
}

/* Whoever owns must be able to act. */
static int check_new_owner(Engine *e, const AppState *s, const char *holder, Error *error)
{
        const char *team = holder_team(holder);
        int r = check_holder(e, holder, error);
        if (r < 0)
                return r;
        if (streq(s->app.owner, holder))
                return error_set(error, -EEXIST, "%s owns %s already.", holder, s->app.name);
        if (team && !catalog_find_team(&e->catalog, team)->team.lead)
                return error_set(error, -EINVAL,
                                 "The team %s has no lead, so that nobody would answer for %s: paas "
                                 "teams:lead %s USER",
                                 team, s->app.name, team);
        if (!team && catalog_find_user(&e->catalog, holder)->user.disabled)
                return error_set(error, -EINVAL, "%s is disabled and could not act as the owner of %s.",
                                 holder, s->app.name);
        return 0;
}

/* The old owner goes on working with it. */
static bool keeps_a_role(Engine *e, const char *owner)
{
        const char *team = holder_team(owner);
        if (team)
                return catalog_find_team(&e->catalog, team);
        const UserState *u = catalog_find_user(&e->catalog, owner);
        return u && !u->user.disabled;
}

int grants_transfer(Engine *e, AppState *s, const char *holder, const Actor *actor, Error *error)
{
        _cleanup_access_ Access a = ACCESS_NULL;
        _cleanup_free_ char *subject = NULL, *owner = NULL;
        int r = check_new_owner(e, s, holder, error);
        if (r >= 0)
                r = access_copy(&s->access, &a);
        if (r >= 0)
                r = access_set(&a, holder, ROLE_NONE);
        if (r >= 0 && keeps_a_role(e, s->app.owner))
                r = access_set(&a, s->app.owner, ROLE_OPERATOR);
        if (r == -E2BIG)
                return error_set(error, r,
                                 "%s has given roles to %d names, so that its owner can not get one: take "
                                 "one away first.",
                                 s->app.name, ACCESS_MAX);
        owner = strdup(holder);
        if (r < 0 || !owner)
                return r < 0 ? r : -ENOMEM;
        if (asprintf(&subject, "Transfer %s from %s to %s", s->app.name, s->app.owner, holder) < 0)
                return -ENOMEM;

        App app = s->app; /* its other strings stay the AppState's: only the copy is written */
        app.owner = owner;
        const AppChange change = {.app = &app, .access = &a};
        return write_access(e, s, &change, "apps:transfer", subject, actor, error);
}

int grants_forget_team(Engine *e, const char *team, const Actor *actor, Error *error)
{
        _cleanup_free_ char *holder = NULL;
        if (asprintf(&holder, "team:%s", team) < 0)
                return -ENOMEM;
        for (size_t i = 0; i < e->catalog.n_apps; i++) {
                AppState *s = e->catalog.apps[i];
                if (access_get(&s->access, holder) == ROLE_NONE)
                        continue;
                int r = set_role(e, s, holder, ROLE_NONE, "access:remove", actor, error);
                if (r < 0)
                        return r;
        }
        return 0;
}
