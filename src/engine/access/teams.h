/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Teams come, go and change. One that owns an application always has a lead, who acts as the owner. */

#include "engine/state.h"

int teams_create(Engine *e, const char *name, const Actor *actor, Error *error);
int teams_add(Engine *e, TeamState *s, const char *user, const Actor *actor, Error *error);
int teams_remove(Engine *e, TeamState *s, const char *user, const Actor *actor, Error *error);

/* Makes a user the lead, and a member when they are not one yet. */
int teams_lead(Engine *e, TeamState *s, const char *user, const Actor *actor, Error *error);

/* Frees it. Roles that were given to it go first. */
int teams_destroy(Engine *e, TeamState *s, const Actor *actor, Error *error);
