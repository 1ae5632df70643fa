/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/access/teams.h"

#include <errno.h>
#include <string.h>

#include "basic/clock.h"
#include "basic/strv.h"
#include "basic/text.h"
#include "engine/access/grants.h"
#include "engine/access/readers.h"
#include "engine/access/roles.h"
#include "model/name.h"

static int check_user(Engine *e, const char *user, Error *error)
{
        if (catalog_find_user(&e->catalog, user))
                return 0;
        return error_set(error, -ENOENT, "There is no user \"%s\". `paas users` lists them.", user);
}

static int copy_team(const Team *team, Team *ret)
{
        _cleanup_free_ char *text = NULL;
        int r = team_format(team, &text);
        return r < 0 ? r : team_parse(text, strlen(text), ret, NULL);
}

static int write_team(Engine *e, Team *team, const char *action, const Actor *actor, const char *subject,
                      Error *error)
{
        const Record record = {.actor = actor, .action = action, .subject = subject, .status = "succeeded"};
        int r = catalog_write_team(&e->catalog, team, &record, error);
        return r < 0 ? r : readers_write(e);
}

/* "blog, shop", or NULL when it owns nothing. */
static int what_it_owns(Engine *e, const TeamState *t, char **ret)
{
        _cleanup_free_ char *holder = NULL;
        _cleanup_strv_ char **owned = NULL;
        if (asprintf(&holder, "team:%s", t->team.name) < 0)
                return -ENOMEM;
        int r = roles_owned_by(&e->catalog, holder, &owned);
        if (r < 0)
                return r;
        *ret = owned ? strv_join(owned, ", ") : NULL;
        return owned && !*ret ? -ENOMEM : 0;
}

int teams_create(Engine *e, const char *name, const Actor *actor, Error *error)
{
        _cleanup_team_ Team t = TEAM_NULL;
        _cleanup_free_ char *subject = NULL;
        int r = team_name_check(name, error);
        if (r < 0)
                return r;
        if (catalog_find_team(&e->catalog, name))
                return error_set(error, -EEXIST, "There is a team \"%s\" already.", name);
        r = uuid_new(t.id);
        if (r >= 0)
                r = text_replace(&t.name, name);
        t.created = clock_realtime() / USEC_PER_SEC * USEC_PER_SEC;
        if (r >= 0 && asprintf(&subject, "Create the team %s", name) < 0)
                r = -ENOMEM;
        return r < 0 ? r : write_team(e, &t, "teams:create", actor, subject, error);
}

static int add_member(Team *t, const char *user, Error *error)
{
        int r = team_add(t, user);
        if (r == -EEXIST)
                return error_set(error, r, "%s is a member of %s already.", user, t->name);
        if (r == -E2BIG)
                return error_set(error, r, "A team has %d members at most.", TEAM_MEMBERS_MAX);
        return r;
}

int teams_add(Engine *e, TeamState *s, const char *user, const Actor *actor, Error *error)
{
        _cleanup_team_ Team t = TEAM_NULL;
        _cleanup_free_ char *subject = NULL;
        int r = check_user(e, user, error);
        if (r >= 0)
                r = copy_team(&s->team, &t);
        if (r >= 0)
                r = add_member(&t, user, error);
        if (r >= 0 && asprintf(&subject, "Add %s to the team %s", user, t.name) < 0)
                r = -ENOMEM;
        return r < 0 ? r : write_team(e, &t, "teams:add", actor, subject, error);
}

int teams_remove(Engine *e, TeamState *s, const char *user, const Actor *actor, Error *error)
{
        _cleanup_team_ Team t = TEAM_NULL;
        _cleanup_free_ char *subject = NULL, *owned = NULL;
        const char *name = s->team.name;
        int r = what_it_owns(e, s, &owned);
        if (r < 0)
                return r;
        if (owned && text_equal(s->team.lead, user))
                return error_set(error, -EINVAL,
                                 "%s leads %s, which owns %s and cannot be without a lead: paas teams:lead "
                                 "%s USER",
                                 user, name, owned, name);
        r = copy_team(&s->team, &t);
        if (r < 0)
                return r;
        r = team_remove(&t, user);
        if (r == -ENOENT)
                return error_set(error, r, "%s is no member of %s. `paas teams` lists them.", user, name);
        if (r >= 0 && asprintf(&subject, "Remove %s from the team %s", user, name) < 0)
                r = -ENOMEM;
        return r < 0 ? r : write_team(e, &t, "teams:remove", actor, subject, error);
}

int teams_lead(Engine *e, TeamState *s, const char *user, const Actor *actor, Error *error)
{
        _cleanup_team_ Team t = TEAM_NULL;
        _cleanup_free_ char *subject = NULL;
        int r = check_user(e, user, error);
        if (r < 0)
                return r;
        if (catalog_find_user(&e->catalog, user)->user.disabled)
                return error_set(error, -EINVAL, "%s is disabled and cannot lead %s.", user, s->team.name);
        r = copy_team(&s->team, &t);
        if (r >= 0 && !team_has(&t, user))
                r = add_member(&t, user, error);
        if (r >= 0)
                r = text_replace(&t.lead, user);
        if (r >= 0 && asprintf(&subject, "Let %s lead the team %s", user, t.name) < 0)
                r = -ENOMEM;
        return r < 0 ? r : write_team(e, &t, "teams:lead", actor, subject, error);
}

int teams_destroy(Engine *e, TeamState *s, const Actor *actor, Error *error)
{
        _cleanup_free_ char *subject = NULL, *owned = NULL;
        int r = what_it_owns(e, s, &owned);
        if (r < 0)
                return r;
        if (owned)
                return error_set(error, -EINVAL,
                                 "%s owns %s: give each to somebody else first, paas apps:transfer NAME "
                                 "--app APP",
                                 s->team.name, owned);
        if (asprintf(&subject, "Destroy the team %s", s->team.name) < 0)
                return -ENOMEM;
        r = grants_forget_team(e, s->team.name, actor, error);
        if (r < 0)
                return r;
        const Record record = {
                .actor = actor, .action = "teams:destroy", .subject = subject, .status = "succeeded"};
        r = catalog_remove_team(&e->catalog, s, &record, error);
        return r < 0 ? r : readers_write(e);
}
