/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "router/worker.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "basic/clock.h"
#include "router/exchange.h"
#include "router/parse.h"

int router_new(const RouterPaths *paths, Router **ret)
{
        _cleanup_(router_freep) Router *r = calloc(1, sizeof(*r));
        if (!r)
                return -ENOMEM;
        r->admin_socket = strdup(paths->admin_socket);
        r->master_socket = strdup(paths->master_socket);
        r->directory = strdup(paths->directory);
        if (!r->admin_socket || !r->master_socket || !r->directory)
                return -ENOMEM;
        *ret = TAKE_PTR(r);
        return 0;
}

Router *router_free(Router *r)
{
        if (!r)
                return NULL;
        free(r->admin_socket);
        free(r->master_socket);
        free(r->directory);
        free(r);
        return NULL;
}

_printf_(2, 0) static int ask(Router *r, const char *format, va_list ap, char **ret, Error *e)
{
        _cleanup_free_ char *command = NULL;
        if (vasprintf(&command, format, ap) < 0) {
                command = NULL;
                return -ENOMEM;
        }
        return router_command(r->admin_socket, ROUTER_SOCKET_WORKER, command, ROUTER_COMMAND_TIMEOUT, ret,
                              e);
}

int router_ask(Router *r, char **ret, Error *e, const char *format, ...)
{
        va_list ap;
        va_start(ap, format);
        int k = ask(r, format, ap, ret, e);
        va_end(ap);
        return k;
}

int router_order(Router *r, Error *e, const char *format, ...)
{
        _cleanup_free_ char *reply = NULL;
        va_list ap;
        va_start(ap, format);
        int k = ask(r, format, ap, &reply, e);
        va_end(ap);
        return k < 0 ? k : router_parse_reply(reply, e);
}

int router_ask_worker(Router *r, uint64_t pid, const char *command, char **ret, Error *e)
{
        char text[128];
        if (pid == 0)
                return router_command(r->admin_socket, ROUTER_SOCKET_WORKER, command, ROUTER_COMMAND_TIMEOUT,
                                      ret, e);
        snprintf(text, sizeof(text), "@!%llu %s", (unsigned long long) pid, command);
        return router_command(r->master_socket, ROUTER_SOCKET_MASTER, text, ROUTER_COMMAND_TIMEOUT, ret, e);
}
