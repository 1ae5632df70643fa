/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/traffic/routing.h"

#include <errno.h>
#include <string.h>

#include "basic/clock.h"
#include "basic/log.h"
#include "basic/strv.h"
#include "basic/text.h"
#include "engine/traffic/certificates.h"
#include "engine/traffic/routing-internal.h"
#include "engine/world/appinfo.h"
#include "router/traffic.h"

int routing_set_page(Engine *e, const AppState *s, const char *page)
{
        int r = router_set_map(e->router, "states.map", s->app.backend, streq(page, "up") ? NULL : page,
                               NULL);
        return no_router(r) ? 0 : r;
}

int routing_add(Engine *e, const AppState *s, const Instance *i, Error *error)
{
        if (!instance_is_routed(i))
                return 0;
        char address[ROUTING_PLACE_SIZE];
        routing_place(s, i, address);
        e->router_added = true;
        int r = router_add_server(e->router, s->app.backend, i->short_name, address, error);
        if (r >= 0 || no_router(r))
                return r;
        /* One of that name with another address is left over: a unit's name and port belong together. */
        r = router_remove_server(e->router, s->app.backend, i->short_name, true, error);
        return r < 0 ? r : router_add_server(e->router, s->app.backend, i->short_name, address, error);
}

int routing_add_aside(Engine *e, const AppState *s, const Instance *i, Error *error)
{
        char place[ROUTING_PLACE_SIZE];
        routing_place(s, i, place);
        int r = router_add_aside(e->router, s->app.backend, i->short_name, place, error);
        return no_router(r) ? 0 : r;
}

int routing_share(Engine *e, const AppState *s, char *const *servers, unsigned percent, Error *error)
{
        int r = router_set_share(e->router, s->app.backend, servers, percent, error);
        return no_router(r) ? 0 : r;
}

bool routing_has_share(Engine *e, const AppState *s)
{
        return router_has_share(e->router, s->app.backend);
}

int routing_drain(Engine *e, const AppState *s, const Instance *i, Error *error)
{
        if (!instance_is_routed(i))
                return 0;
        int r = router_drain_server(e->router, s->app.backend, i->short_name, error);
        return no_router(r) ? 0 : r;
}

int routing_remove(Engine *e, const AppState *s, const Instance *i, bool force, Error *error)
{
        if (!instance_is_routed(i))
                return 0;
        int r = router_remove_server(e->router, s->app.backend, i->short_name, force, error);
        return no_router(r) ? 0 : r;
}

int routing_update(Engine *e, Error *error)
{
        int certificates = certificates_write(e, error);
        int r = certificates < 0 ? certificates : routing_write(e, error);
        if (r > 0 || certificates > 0)
                routing_reload_soon(e);
        return r < 0 ? r : 0;
}

static AppState *find_backend(Engine *e, const char *backend)
{
        for (size_t i = 0; i < e->catalog.n_apps; i++)
                if (text_equal(e->catalog.apps[i]->app.backend, backend))
                        return e->catalog.apps[i];
        return NULL;
}

/* Servers that the worker has, and nothing runs behind: a port may be given to another application. */
static int sync_observed(Engine *e, const RouterServer *server, Error *error)
{
        AppState *s = find_backend(e, server->backend);
        Instance *i = s ? world_find_named(world_find(e, s->app.name), server->name) : NULL;
        if (!i)
                return router_remove_server(e->router, server->backend, server->name, true, error);
        if (i->phase == INSTANCE_DRAINING && server->state == ROUTER_READY) /* it left in a reload */
                return router_drain_server(e->router, server->backend, server->name, error);
        if (i->phase == INSTANCE_UNPROVEN && server->state == ROUTER_READY && !i->launch && i->loaded &&
            i->state == UNIT_ACTIVE)
                i->phase = INSTANCE_READY; /* it was proven before this process was started */
        return 0;
}

static bool is_served(const RouterServer *servers, size_t n, const AppState *s, const Instance *i)
{
        for (size_t k = 0; k < n; k++)
                if (streq(servers[k].backend, s->app.backend) && streq(servers[k].name, i->short_name))
                        return servers[k].state == ROUTER_READY;
        return false;
}

/* Only what is needed: a thousand applications are six questions, not some thousand commands. */
static int sync_maps(Engine *e, Error *error)
{
        _cleanup_(router_wish_clear) RouterWish wish = {0};
        int r = router_wish_make(e, &wish, error);
        for (size_t i = 0; r >= 0 && i < RENDER_ROUTER_MAPS; i++)
                r = router_apply_map(e->router, wish.files[i].name, wish.files[i].text, error);
        return r;
}

static int sync_app(Engine *e, AppState *s, const RouterServer *servers, size_t n, Error *error)
{
        AppWorld *w = world_find(e, s->app.name);
        int r = 0;
        for (size_t i = 0; w && r >= 0 && i < w->n_instances; i++)
                if (routing_is_current(s, w->instances[i]) && !is_served(servers, n, s, w->instances[i]))
                        r = routing_add(e, s, w->instances[i], error);
        return r;
}

int routing_sync(Engine *e, Error *error)
{
        RouterServer *servers = NULL;
        size_t n = 0;
        int r = router_observe(e->router, &servers, &n, error);
        if (r < 0)
                return no_router(r) ? 0 : r;

        for (size_t i = 0; i < n; i++) {
                int k = sync_observed(e, &servers[i], error);
                if (k < 0)
                        log_error(k, "cannot remove server %s/%s from the router", servers[i].backend,
                                  servers[i].name);
        }
        for (size_t i = 0; r >= 0 && i < e->catalog.n_apps; i++)
                r = sync_app(e, e->catalog.apps[i], servers, n, error);
        router_servers_free(servers, n);
        return r < 0 ? r : sync_maps(e, error);
}

/* An application that is gone leaves a server where it could not be deleted at once, and all of them in the
 * workers that a reload has left behind; its numbers come again in the next one. */
unsigned routing_next_backend(Engine *e)
{
        _cleanup_strv_ char **taken = NULL;
        RouterServer *servers = NULL;
        size_t n = 0;
        for (size_t i = 0; e->router_stale && e->router_stale[i]; i++)
                (void) strv_append(&taken, e->router_stale[i]);
        (void) router_observe_all(e->router, &servers, &n, NULL);
        for (size_t i = 0; i < n; i++)
                if (!find_backend(e, servers[i].backend) && !strv_contains(taken, servers[i].backend))
                        (void) strv_append(&taken, servers[i].backend);
        router_servers_free(servers, n);
        return catalog_next_backend(&e->catalog, taken);
}
