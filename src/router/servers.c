/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "router/router.h"

#include <errno.h>
#include <string.h>

#include "basic/text.h"
#include "render/haproxy.h"
#include "router/exchange.h"
#include "router/parse.h"
#include "router/worker.h"

static int check_names(const char *backend, const char *name, Error *e)
{
        int k = router_check_word(backend, e);
        return k < 0 ? k : router_check_word(name, e);
}

/* A name belongs to one instance, and that to one socket: which it is need not be known. */
bool router_is_address(const char *listed, const char *wanted)
{
        return streq(listed, wanted) ||
               (streq(listed, ROUTER_UNIX_ADDRESS) && text_after(wanted, ROUTER_UNIX_ADDRESS));
}

static int find_server(Router *r, const char *backend, const char *name, const char *address, Error *e)
{
        RouterServer *servers = NULL;
        size_t n = 0;
        int k = router_observe(r, &servers, &n, e);
        if (k < 0)
                return k;
        k = error_set(e, -EIO, "HAProxy has a server %s/%s, and does not list it", backend, name);
        for (size_t i = 0; i < n; i++)
                if (streq(servers[i].backend, backend) && streq(servers[i].name, name)) {
                        if (router_is_address(servers[i].address, address))
                                k = 0;
                        else
                                k = error_set(e, -EEXIST, "server %s/%s is there already, for %s", backend,
                                              name, servers[i].address);
                }
        router_servers_free(servers, n);
        if (k == 0 && e)
                error_clear(e);
        return k;
}

/* What render_server_extra() makes. */
static bool is_extra(const char *s)
{
        const char *rest = text_after(s, " maxconn ");
        size_t digits = rest ? strspn(rest, "0123456789") : 0;
        if (digits > 0)
                s = rest + digits;
        rest = text_after(s, " proto h2");
        return *(rest ? rest : s) == '\0';
}

/* 1: it is there already. */
static int register_server(Router *r, const char *backend, const char *name, const char *place, Error *e)
{
        size_t n = strcspn(place, " ");
        _cleanup_free_ char *reply = NULL, *address = strndup(place, n);
        if (!address)
                return -ENOMEM;
        int k = router_check_word(address, e);
        if (k >= 0 && !is_extra(place + n))
                k = error_set(e, -EINVAL, "\"%s\" cannot be used in a command to HAProxy", place + n);
        if (k >= 0)
                k = router_ask(r, &reply, e, "add server %s/%s %s %s%s", backend, name, address,
                               render_server_options, place + n);
        if (k < 0)
                return k;
        if (router_classify_reply(reply) == ROUTER_REPLY_EXISTS) {
                k = find_server(r, backend, name, address, e);
                return k < 0 ? k : 1;
        }
        return router_parse_reply(reply, e);
}

/* The check is on before the server is up: "enable health" would set it down again until the first answer.
 * The order of the last two lets no request find it in between. */
static int add_server(Router *r, const char *backend, const char *name, const char *address, Error *e)
{
        int k = check_names(backend, name, e);
        if (k >= 0)
                k = register_server(r, backend, name, address, e);
        if (k > 0) /* it may have been aside */
                k = router_order(r, e, "set server %s/%s weight 100", backend, name);
        if (k >= 0)
                k = router_order(r, e, "enable health %s/%s", backend, name);
        if (k >= 0)
                k = router_order(r, e, "set server %s/%s health up", backend, name);
        if (k >= 0)
                k = router_order(r, e, "set server %s/%s state ready", backend, name);
        if (k < 0 && k != -ENOENT && k != -ECONNREFUSED)
                error_prefix(e, k, "cannot add %s at %s to the router's backend %s", name, address, backend);
        return k;
}

int router_add_server(Router *r, const char *backend, const char *name, const char *address, Error *e)
{
        int k = add_server(r, backend, name, address, e);
        return k < 0 ? k : router_set_map(r, "servers.map", backend, name, e);
}

/* With its weight first, and without a moment later: HAProxy (2.6.12 and 3.0.11) dies of a request that is
 * meant for a server which the balance has never had. */
int router_add_aside(Router *r, const char *backend, const char *name, const char *address, Error *e)
{
        int k = add_server(r, backend, name, address, e);
        return k < 0 ? k : router_order(r, e, "set server %s/%s weight 0", backend, name);
}

int router_set_weight(Router *r, const char *backend, const char *name, unsigned weight, Error *e)
{
        int k = check_names(backend, name, e);
        return k < 0 ? k : router_order(r, e, "set server %s/%s weight %u", backend, name, weight);
}

int router_drain_server(Router *r, const char *backend, const char *name, Error *e)
{
        int k = check_names(backend, name, e);
        return k < 0 ? k : router_order(r, e, "set server %s/%s state drain", backend, name);
}

/* The server that is asked when the checks found all of them down must be one that is there. */
static int name_another(Router *r, const char *backend, const char *name, Error *e)
{
        _cleanup_free_ char *last = NULL, *other = NULL;
        int k = router_get_map(r, "servers.map", backend, &last, e);
        if (k == -ENODATA || (k >= 0 && !streq(last, name)))
                return 0;
        RouterServer *servers = NULL;
        size_t n = 0;
        if (k >= 0)
                k = router_observe(r, &servers, &n, e);
        if (k < 0)
                return k;
        for (size_t i = 0; i < n; i++)
                if (streq(servers[i].backend, backend) && servers[i].state == ROUTER_READY)
                        k = text_replace(&other, servers[i].name);
        router_servers_free(servers, n);
        return k < 0 ? k : router_set_map(r, "servers.map", backend, other, e);
}

int router_remove_server(Router *r, const char *backend, const char *name, bool force, Error *e)
{
        int k = check_names(backend, name, e);
        if (k < 0)
                return k;

        _cleanup_free_ char *maint = NULL, *deleted = NULL;
        k = router_ask(r, &maint, e, "set server %s/%s state maint", backend, name);
        if (k < 0)
                return k;
        if (router_classify_reply(maint) == ROUTER_REPLY_MISSING)
                return 0;
        k = router_parse_reply(maint, e);
        if (k >= 0 && force)
                k = router_order(r, e, "shutdown sessions server %s/%s", backend, name);
        if (k >= 0)
                k = router_ask(r, &deleted, e, "del server %s/%s", backend, name);
        if (k < 0)
                return k;

        switch (router_classify_reply(deleted)) {
        case ROUTER_REPLY_MISSING:
        case ROUTER_REPLY_OK:
                return name_another(r, backend, name, e);
        case ROUTER_REPLY_BUSY:
                return error_set(e, -EBUSY, "server %s/%s still has connections", backend, name);
        default:
                return router_parse_reply(deleted, e);
        }
}
