/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A Router from inside, and commands to its worker. */

#include "basic/cleanup.h"
#include "basic/error.h"
#include "router/router.h"

struct Router {
        char *admin_socket, *master_socket, *directory;
};

/* A command to the worker, made of a format; its answer. */
int router_ask(Router *r, char **ret, Error *e, const char *format, ...) _printf_(4, 5);

/* A command to the worker that changes something: 0, or -EIO with HAProxy's complaint. */
int router_order(Router *r, Error *e, const char *format, ...) _printf_(3, 4);

/* A command to the worker of that pid, an old one too, which has no socket of its own any more: through the
 * master. 0: the current one. It may end at any moment, and its answer is then one that parses as nothing.
 */
int router_ask_worker(Router *r, uint64_t pid, const char *command, char **ret, Error *e);
