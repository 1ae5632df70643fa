/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "router/router.h"

#include <errno.h>
#include <stdlib.h>

#include "basic/clock.h"
#include "router/exchange.h"
#include "router/parse.h"
#include "router/traffic.h"
#include "router/worker.h"

int router_observe(Router *r, RouterServer **ret, size_t *ret_n, Error *e)
{
        _cleanup_free_ char *state = NULL, *connections = NULL;
        int k = router_ask(r, &state, e, "show servers state");
        if (k >= 0)
                k = router_ask(r, &connections, e, "show servers conn");
        return k < 0 ? k : router_parse_servers(state, connections, ret, ret_n, e);
}

/* One that ends meanwhile has no servers. */
static int add_worker(Router *r, uint64_t pid, RouterServer **list, size_t *n)
{
        _cleanup_free_ char *state = NULL;
        RouterServer *more = NULL;
        size_t n_more = 0;
        if (router_ask_worker(r, pid, "show servers state", &state, NULL) < 0 ||
            router_parse_servers(state, NULL, &more, &n_more, NULL) < 0)
                return 0;
        RouterServer *longer = reallocarray(*list, *n + n_more + 1, sizeof(RouterServer));
        if (!longer) {
                router_servers_free(more, n_more);
                return -ENOMEM;
        }
        *list = longer;
        for (size_t i = 0; i < n_more; i++)
                longer[(*n)++] = more[i];
        free(more); /* its words have moved */
        return 0;
}

int router_observe_all(Router *r, RouterServer **ret, size_t *ret_n, Error *e)
{
        _cleanup_free_ char *processes = NULL;
        _cleanup_free_ RouterWorker *workers = NULL;
        RouterServer *list = NULL;
        size_t n = 0, n_workers = 0;
        int k = router_observe(r, &list, &n, e);
        if (k < 0)
                return k;
        /* The master answers nobody for the tenths of a second of a reload: then it is the current one's. */
        if (router_command(r->master_socket, ROUTER_SOCKET_MASTER, "show proc", ROUTER_COMMAND_TIMEOUT,
                           &processes, NULL) >= 0)
                k = router_parse_workers(processes, &workers, &n_workers);
        for (size_t i = 0; k >= 0 && i < n_workers; i++)
                if (workers[i].old)
                        k = add_worker(r, workers[i].pid, &list, &n);
        if (k < 0) {
                router_servers_free(list, n);
                return k;
        }
        *ret = list;
        *ret_n = n;
        return 0;
}
