/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/world/ports.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "basic/log.h"
#include "engine/world/world.h"
#include "router/traffic.h"

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

        /* Who listens where a worker still knows somebody else's server would get what is meant for that. */
        _cleanup_error_ Error error = ERROR_NULL;
        RouterServer *servers = NULL;
        size_t n = 0;
        int r = router_observe_all(e->router, &servers, &n, &error);
        if (r < 0 && r != -ENOENT && r != -ECONNREFUSED)
                log_warning(0, "cannot ask the router which ports it knows: %s", error_text(&error, r));
        if (r >= 0) {
                for (size_t i = 0; i < n; i++) {
                        const char *colon = strrchr(servers[i].address, ':');
                        if (colon)
                                take(taken, strtoul(colon + 1, NULL, 10));
                }
                router_servers_free(servers, n);
        }

        /* One that was given back rests for as long as there are others. */
        const unsigned count = PORT_LAST - PORT_FIRST + 1;
        for (unsigned i = 0; i < count; i++) {
                unsigned port = (e->next_port + i) % count;
                if (taken[port])
                        continue;
                e->next_port = port + 1;
                return PORT_FIRST + port;
        }
        return 0;
}
