/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Who calls. Locally the kernel says it: root and members of group paas-admin. Everything that comes in by
 * ssh arrives as user paas; that uid alone may say, once a connection, whose key it acts for. What each may
 * is in model/action.c, which role each has in engine/access/roles.c.
 */

#include "engine/operation/job.h"
#include "model/action.h"
#include "paasd/context.h"

typedef struct Caller {
        Actor actor; /* strings live as long as the catalogue's user, or the buffers below */
        bool admin;
        char name[256], email[256], request[64], from[384];
} Caller;

/* Says who calls, and refuses (with a text that names who may) what the caller's role does not allow. Every
 * method begins with it. `s` NULL: an action on the host and not on an application. */
int caller_may(Manager *m, sd_bus_message *message, Action action, const AppState *s, Caller *ret,
               sd_bus_error *e);

/* The same for an action on a team, of which its lead is the owner. */
int caller_may_on_team(Manager *m, sd_bus_message *message, Action action, const TeamState *t, Caller *ret,
                       sd_bus_error *e);

/* Refuses in these words, and records it: for what the table cannot say. */
int caller_refuse(Manager *m, Action action, const AppState *s, const Caller *c, sd_bus_error *e,
                  const char *reason);

Role caller_role(Manager *m, const Caller *c, const AppState *s);

/* Whether it is in lists of theirs: they have a role on its application, or they began it themselves and its
 * application is gone. */
bool caller_sees_job(Manager *m, const Caller *c, const Job *j);

/* Forgets the connections that act for a user. */
void caller_end_sessions(Manager *m, const char *user);

/* Binds the connection of user paas to the user of a key; `address`: where sshd says they come from, "" when
 * nobody knows. */
int caller_authenticate(Manager *m, sd_bus_message *message, const char *fingerprint, const char *address,
                        const char **ret_user, sd_bus_error *e);

void caller_free_sessions(Manager *m);
