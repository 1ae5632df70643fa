/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The caller's side of org.paas1: one connection, calls with errors in words, and who one acts as. A caller
 * that sshd let in carries the fingerprint of its key in PAAS_KEY; Authenticate is then sent ahead of the
 * first call without waiting for its answer, so that it costs no round trip. PAAS_FROM is where they came
 * from, for the record.
 */

#include <systemd/sd-bus.h>

#include "basic/error.h"

/* The errno of "paasd does not answer": the caller may try again later. */
#define CLIENT_EAWAY EHOSTDOWN

typedef struct Client Client;

/* Connects to the system bus. `key` is the fingerprint to act as; NULL or "": the caller's own uid counts.
 */
int client_open(const char *key, Client **ret, Error *e);

/* The same over a connection that there is already (a reference is taken). */
int client_new(sd_bus *bus, const char *key, Client **ret);

Client *client_free(Client *c);
DEFINE_CLEANUP(Client *, client_free)
#define _cleanup_client_ _cleanup_(client_freep)

sd_bus *client_bus(Client *c); /* borrowed */

/* Says again who one is: paasd has been started anew and knows no connection. Waits for the answer. */
int client_authenticate(Client *c, Error *e);

/* Calls a method of the manager, of an application, of any object; `types` as for sd_bus_message_append().
 * `ret_reply` may be NULL. Negative errno: -CLIENT_EAWAY, -EPERM, -ENOENT, -EINVAL, …, with the text that
 * paasd gave, or words for what the bus said. */
int client_call(Client *c, const char *method, sd_bus_message **ret_reply, Error *e, const char *types, ...);
int client_app_call(Client *c, const char *app, const char *method, sd_bus_message **ret_reply, Error *e,
                    const char *types, ...);
int client_object_call(Client *c, const char *path, const char *interface, const char *method,
                       sd_bus_message **ret_reply, Error *e, const char *types, ...);

/* Calls from now on may take so long; otherwise a minute. */
void client_set_patience(Client *c, unsigned seconds);

/* For arguments that varargs cannot say: make, append, send. */
int client_message(Client *c, const char *path, const char *interface, const char *method,
                   sd_bus_message **ret, Error *e);
int client_app_message(Client *c, const char *app, const char *method, sd_bus_message **ret, Error *e);
int client_send(Client *c, sd_bus_message *m, sd_bus_message **ret_reply, Error *e);
int client_app_send(Client *c, const char *app, sd_bus_message *m, sd_bus_message **ret_reply, Error *e);

/* A string property of the manager. */
int client_get_string(Client *c, const char *property, char **ret, Error *e);

#define _cleanup_message_ _cleanup_(sd_bus_message_unrefp)
