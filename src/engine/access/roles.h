/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Who has which role, from what the catalogue says. On an application: its owner; of a team that owns it
 * the lead is the owner and every other member an operator; else the highest of what a user and their teams
 * were given. An admin of the host is not known here: whoever asks puts that first.
 */

#include "engine/catalog/catalog.h"
#include "model/action.h"

Role roles_on_app(const Catalog *c, const AppState *s, const char *user);

/* On a team: its lead owns it, a member sees it. */
Role roles_on_team(const TeamState *t, const char *user);

/* The person who answers for the application: its owner, or the lead of the team that is; NULL when nobody
 * of that name can act: there is no such user, they are disabled, the team has no lead. */
const UserState *roles_owner(const Catalog *c, const AppState *s);

/* The names of the applications that the holder owns, a strv. */
int roles_owned_by(const Catalog *c, const char *holder, char ***ret);
