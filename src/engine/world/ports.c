/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/world/ports.h"

#include <stdlib.h>
#include <string.h>

#include "engine/world/world.h"

static void take(bool *taken, unsigned long port)
{
        if (port >= PORT_FIRST && port <= PORT_LAST)
                taken[port - PORT_FIRST] = true;
}

unsigned port_find_free(Engine *e)
{
        _cleanup_free_ bool *taken = calloc(PORT_LAST - PORT_FIRST + 1, sizeof(bool));
        if (!taken)
                return 0;

        for (size_t i = 0; i < e->n_worlds; i++)
                for (size_t k = 0; k < e->worlds[i]->n_instances; k++)
                        take(taken, e->worlds[i]->instances[k]->port);

        /* A server that the router still knows would get the newcomer's traffic. */
        RouterServer *servers = NULL;
        size_t n = 0;
        if (router_observe(e->router, &servers, &n, NULL) >= 0) {
                for (size_t i = 0; i < n; i++) {
                        const char *colon = strrchr(servers[i].address, ':');
                        if (colon)
                                take(taken, strtoul(colon + 1, NULL, 10));
                }
                router_servers_free(servers, n);
        }

        for (unsigned port = PORT_FIRST; port <= PORT_LAST; port++)
                if (!taken[port - PORT_FIRST])
                        return port;
        return 0;
}
