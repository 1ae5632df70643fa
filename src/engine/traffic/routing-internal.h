/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the router should have, rendered from catalogue and world: it is written into the files, and what a
 * worker has is compared with it. */

#include <errno.h>

#include "engine/world/world.h"
#include "render/haproxy.h"

typedef struct RouterWish {
        RenderBackend *backends;
        char (*names)[32];
        char ***domains;
        char (*addresses)[INSTANCE_ADDRESS_SIZE];
        RenderServer *servers;
        RenderTraffic *traffic;
        size_t n_backends;
        RenderFile files[RENDER_ROUTER_FILES];
} RouterWish;

int router_wish_make(Engine *e, RouterWish *ret, Error *error);
void router_wish_clear(RouterWish *w);

/* Whether the instance is one that a reload or a restart of the router is to come back with. */
bool routing_is_current(const AppState *s, const Instance *i);

/* What an application's settings are for the router; texts are borrowed from them. */
RenderTraffic routing_traffic(const AppSettings *s);

/* Where the router reaches an instance, with what its application's settings give each server. */
#define ROUTING_PLACE_SIZE (INSTANCE_ADDRESS_SIZE + RENDER_SERVER_EXTRA_SIZE)
void routing_place(const AppState *s, const Instance *i, char ret[ROUTING_PLACE_SIZE]);

/* How many backends there should be. */
unsigned routing_pool_size(Engine *e);

/* Nobody listens at the router's sockets: it will come back with the files. */
static inline bool no_router(int r)
{
        return r == -ENOENT || r == -ECONNREFUSED;
}
