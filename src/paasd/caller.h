/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Who calls. Locally the kernel says it: root and members of group paas-admin. Everything that comes in by
 * ssh arrives as user paas; that uid alone may say, once a connection, whose key it acts for. Roles come
 * later: until then every user may act on every application, and only admins on users and setup.
 */

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

/* Binds the connection of user paas to the user of a key; `address`: where sshd says they come from, "" when
 * nobody knows. */
int caller_authenticate(Manager *m, sd_bus_message *message, const char *fingerprint, const char *address,
                        const char **ret_user, sd_bus_error *e);

void caller_free_sessions(Manager *m);
