/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Roles on an application are given and taken, and it changes its owner. Each is one commit; no release is
 * made. A holder is a user or "team:NAME". */

#include "engine/state.h"

/* `role`: viewer, deployer, operator. -EEXIST when they have one already, -ENOENT when they have none. */
int grants_add(Engine *e, AppState *s, const char *holder, const char *role, const Actor *actor,
               Error *error);
int grants_update(Engine *e, AppState *s, const char *holder, const char *role, const Actor *actor,
                  Error *error);
int grants_remove(Engine *e, AppState *s, const char *holder, const Actor *actor, Error *error);

/* The new owner loses the role that they had by name; the old one becomes an operator, unless they are
 * disabled. */
int grants_transfer(Engine *e, AppState *s, const char *holder, const Actor *actor, Error *error);

/* Takes every role from a team that goes. */
int grants_forget_team(Engine *e, const char *team, const Actor *actor, Error *error);
