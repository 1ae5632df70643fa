/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/access/roles.h"

#include "basic/strv.h"
#include "basic/text.h"
#include "model/name.h"

static const TeamState *team_of(const Catalog *c, const char *holder)
{
        const char *team = holder_team(holder);
        return team ? catalog_find_team(c, team) : NULL;
}

static Role as_owner(const Catalog *c, const AppState *s, const char *user)
{
        const TeamState *t = team_of(c, s->app.owner);
        if (!t)
                return streq(s->app.owner, user) ? ROLE_OWNER : ROLE_NONE;
        if (text_equal(t->team.lead, user))
                return ROLE_OWNER;
        return team_has(&t->team, user) ? ROLE_OPERATOR : ROLE_NONE;
}

Role roles_on_app(const Catalog *c, const AppState *s, const char *user)
{
        Role role = as_owner(c, s, user);
        for (size_t i = 0; i < s->access.n_grants; i++) {
                const Grant *g = &s->access.grants[i];
                const TeamState *t = team_of(c, g->name);
                bool meant = t ? team_has(&t->team, user) : streq(g->name, user);
                if (meant && g->role > role)
                        role = g->role;
        }
        return role;
}

Role roles_on_team(const TeamState *t, const char *user)
{
        if (text_equal(t->team.lead, user))
                return ROLE_OWNER;
        return team_has(&t->team, user) ? ROLE_VIEWER : ROLE_NONE;
}

const UserState *roles_owner(const Catalog *c, const AppState *s)
{
        const TeamState *t = team_of(c, s->app.owner);
        const char *name = t ? t->team.lead : s->app.owner;
        const UserState *u = name ? catalog_find_user(c, name) : NULL;
        return u && !u->user.disabled ? u : NULL;
}

int roles_owned_by(const Catalog *c, const char *holder, char ***ret)
{
        _cleanup_strv_ char **owned = NULL;
        for (size_t i = 0; i < c->n_apps; i++) {
                if (!streq(c->apps[i]->app.owner, holder))
                        continue;
                int r = strv_append(&owned, c->apps[i]->app.name);
                if (r < 0)
                        return r;
        }
        *ret = TAKE_PTR(owned);
        return 0;
}
