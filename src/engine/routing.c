/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/routing.h"

#include <errno.h>
#include <string.h>

#include "basic/clock.h"
#include "basic/file.h"
#include "basic/log.h"
#include "basic/strv.h"
#include "basic/text.h"
#include "engine/appinfo.h"
#include "engine/certificates.h"
#include "model/paths.h"
#include "render/haproxy.h"

#define RELOAD_SPACING_USEC (5 * USEC_PER_SEC)
#define RELOAD_DELAY_USEC (200 * USEC_PER_MSEC)
#define POOL_RESERVE 16

/* One rendering's worth of borrowed and owned pieces. */
typedef struct Rendering {
        RenderBackend *backends;
        char (*names)[32];
        char ***domains;
        char (*addresses)[INSTANCE_ADDRESS_SIZE];
        RenderServer *servers;
        size_t n_backends;
} Rendering;

static void rendering_clear(Rendering *r)
{
        for (size_t i = 0; r->domains && i < r->n_backends; i++)
                strv_free(r->domains[i]);
        free(r->backends);
        free(r->names);
        free(r->domains);
        free(r->addresses);
        free(r->servers);
}

static unsigned backend_number(const AppState *s)
{
        uint64_t n = 0;
        const char *digits = s->app.backend ? text_after(s->app.backend, "pool_") : NULL;
        return digits && text_parse_uint(digits, 100000, &n) >= 0 ? (unsigned) n : 0;
}

/* How many backends there should be: those in use, and a reserve that lets new applications in without a
 * reload. */
static unsigned pool_size(Engine *e)
{
        unsigned highest = 0;
        for (size_t i = 0; i < e->catalog.n_apps; i++)
                if (backend_number(e->catalog.apps[i]) + 1 > highest)
                        highest = backend_number(e->catalog.apps[i]) + 1;
        unsigned step = (unsigned) e->settings.router_pool;
        unsigned size = step;
        while (size < highest + POOL_RESERVE)
                size += step;
        return size;
}

const char *routing_page(const AppState *s, AppWorld *w)
{
        if (s->release.version == 0 || !s->release.slug)
                return "new";
        const FormationEntry *f = formation_find(&s->formation, "web");
        if (!procfile_find(&s->procfile, "web") || !f || f->quantity == 0)
                return "none";
        if (f->stopped)
                return "stopped";
        for (size_t i = 0; w && i < w->n_instances; i++)
                if (streq(w->instances[i]->name.type, "web") && instance_crashed(w->instances[i]))
                        return "crashed";
        for (size_t i = 0; w && i < w->n_instances; i++)
                if (instance_is_routed(w->instances[i]) && w->instances[i]->phase == INSTANCE_READY)
                        return "up";
        return "starting";
}

static bool belongs_in_files(const AppState *s, const Instance *i)
{
        return instance_is_routed(i) && i->phase == INSTANCE_READY && i->name.version == s->release.version;
}

static int add_backend(Engine *e, Rendering *r, size_t at, AppState *s, size_t *n_servers)
{
        RenderBackend *b = &r->backends[at];
        AppWorld *w = world_find(e, s->app.name);
        int k = app_domains(e, s, &r->domains[at]);
        if (k < 0)
                return k;
        b->app = s->app.name;
        b->app_id = s->app.id;
        b->domains = r->domains[at];
        b->host = b->domains ? b->domains[0] : "localhost";
        b->state = routing_page(s, w);
        b->servers = &r->servers[*n_servers];
        for (size_t i = 0; w && i < w->n_instances; i++) {
                const Instance *instance = w->instances[i];
                if (!belongs_in_files(s, instance))
                        continue;
                size_t n = (*n_servers)++;
                instance_address(instance, r->addresses[n]);
                r->servers[n] = (RenderServer){.name = instance->short_name, .address = r->addresses[n]};
                b->n_servers++;
        }
        return 0;
}

static int make_rendering(Engine *e, Rendering *ret)
{
        _cleanup_(rendering_clear) Rendering r = {.n_backends = pool_size(e)};
        size_t instances = 1;
        for (size_t i = 0; i < e->n_worlds; i++)
                instances += e->worlds[i]->n_instances;
        r.backends = calloc(r.n_backends, sizeof(*r.backends));
        r.names = calloc(r.n_backends, sizeof(*r.names));
        r.domains = calloc(r.n_backends, sizeof(*r.domains));
        r.addresses = calloc(instances, sizeof(*r.addresses));
        r.servers = calloc(instances, sizeof(*r.servers));
        if (!r.backends || !r.names || !r.domains || !r.addresses || !r.servers)
                return -ENOMEM;

        for (size_t i = 0; i < r.n_backends; i++) {
                snprintf(r.names[i], sizeof(r.names[i]), "pool_%zu", i);
                r.backends[i].name = r.names[i];
        }
        size_t n_servers = 0;
        for (size_t i = 0; i < e->catalog.n_apps; i++) {
                int k = add_backend(e, &r, backend_number(e->catalog.apps[i]), e->catalog.apps[i],
                                    &n_servers);
                if (k < 0)
                        return k;
        }
        *ret = r;
        r = (Rendering){0};
        return 0;
}

/* 1 when the file was not like this before. */
static int write_file(const char *name, const char *text)
{
        char path[256];
        _cleanup_free_ char *old = NULL;
        size_t n, length = strlen(text);
        snprintf(path, sizeof(path), PAAS_ROUTER "/%s", name);
        if (file_read(path, length + 1, &old, &n) >= 0 && n == length && memcmp(old, text, n) == 0)
                return 0;
        int r = file_write(path, text, length, 0640, (FileOwner){0, certificates_group()}, FILE_SYNC);
        return r < 0 ? r : 1;
}

/* The configuration names the servers too, so it changes at each deploy, without the running router having
 * to read it: only another set of backends or certificates needs a reload. */
int routing_write(Engine *e, Error *error)
{
        _cleanup_(rendering_clear) Rendering rendering = {0};
        RenderFile files[RENDER_ROUTER_FILES] = {0};
        int r = make_rendering(e, &rendering);
        if (r < 0)
                return r;

        const RenderRouter router = {
                .directory = PAAS_ROUTER,
                .base_domain = e->catalog.base_domain,
                .backends = rendering.backends,
                .n_backends = rendering.n_backends,
                .drain_timeout = (unsigned) e->settings.drain_timeout,
        };
        r = render_router_files(e->router_template, &router, files, error);
        for (size_t i = 0; r >= 0 && i < RENDER_ROUTER_FILES; i++) {
                r = write_file(files[i].name, files[i].text);
                if (r < 0)
                        error_set(error, r, "cannot write " PAAS_ROUTER "/%s: %s", files[i].name,
                                  strerror(-r));
        }
        render_router_files_clear(files);
        if (r < 0)
                return r;

        bool grown = rendering.n_backends > e->router_pool && e->router_pool > 0;
        if (e->router_pool == 0)
                e->router_pool = (unsigned) rendering.n_backends;
        return grown;
}

static int set_app_maps(Engine *e, const AppState *s, Error *error)
{
        _cleanup_strv_ char **domains = NULL;
        const char *backend = s->app.backend;
        int r = app_domains(e, s, &domains);
        if (r >= 0)
                r = router_set_map(e->router, "apps.map", backend, s->app.name, error);
        if (r >= 0)
                r = router_set_map(e->router, "ids.map", backend, s->app.id, error);
        if (r >= 0)
                r = router_set_map(e->router, "checks.map", backend, domains ? domains[0] : "localhost",
                                   error);
        if (r >= 0)
                r = router_set_map(e->router, "states.map", backend,
                                   routing_page(s, world_find(e, s->app.name)), error);
        STRV_FOREACH(domain, domains)
                if (r >= 0)
                        r = router_set_map(e->router, "hosts.map", *domain, backend, error);
        return r;
}

static bool no_router(int r)
{
        return r == -ENOENT || r == -ECONNREFUSED;
}

int routing_set_page(Engine *e, const AppState *s, const char *page)
{
        int r = router_set_map(e->router, "states.map", s->app.backend, page, NULL);
        return no_router(r) ? 0 : r;
}

int routing_add(Engine *e, const AppState *s, const Instance *i, Error *error)
{
        if (!instance_is_routed(i))
                return 0;
        char address[INSTANCE_ADDRESS_SIZE];
        instance_address(i, address);
        int r = router_add_server(e->router, s->app.backend, i->short_name, address, error);
        if (r >= 0 || no_router(r))
                return r;
        /* One of that name with another address is left over: a unit's name and port belong together. */
        r = router_remove_server(e->router, s->app.backend, i->short_name, true, error);
        return r < 0 ? r : router_add_server(e->router, s->app.backend, i->short_name, address, error);
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

int routing_update_app(Engine *e, const AppState *s, char *const *removed, Error *error)
{
        int certificates = certificates_write(e, error);
        int r = certificates < 0 ? certificates : routing_write(e, error);
        if (r < 0)
                return r;
        if (r > 0 || certificates > 0)
                routing_reload_soon(e);
        r = set_app_maps(e, s, error);
        for (char *const *d = removed; r >= 0 && d && *d; d++)
                r = router_set_map(e->router, "hosts.map", *d, NULL, error);
        if (r < 0 && !no_router(r))
                routing_reload_soon(e); /* the files are right: a reload makes the worker so too */
        return 0;
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
        if (i->phase == INSTANCE_UNPROVEN && server->state == ROUTER_READY && !i->launch && i->loaded &&
            i->state == UNIT_ACTIVE)
                i->phase = INSTANCE_READY; /* it was proven before this process was started */
        if (i->phase == INSTANCE_UNPROVEN && server->state != ROUTER_READY && !i->launch && i->loaded) {
                i->phase = INSTANCE_DRAINING; /* likewise, it was being taken out */
                i->drain_deadline = clock_monotonic() + e->settings.drain_timeout * USEC_PER_SEC;
        }
        return 0;
}

static bool is_served(const RouterServer *servers, size_t n, const AppState *s, const Instance *i)
{
        for (size_t k = 0; k < n; k++)
                if (streq(servers[k].backend, s->app.backend) && streq(servers[k].name, i->short_name))
                        return servers[k].state == ROUTER_READY;
        return false;
}

static int sync_app(Engine *e, AppState *s, const RouterServer *servers, size_t n, Error *error)
{
        AppWorld *w = world_find(e, s->app.name);
        for (size_t i = 0; w && i < w->n_instances; i++) {
                const Instance *instance = w->instances[i];
                if (!belongs_in_files(s, instance) || is_served(servers, n, s, instance))
                        continue;
                int r = routing_add(e, s, instance, error);
                if (r < 0)
                        return r;
        }
        return set_app_maps(e, s, error);
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
        return r;
}

static int reload_now(sd_event_source *source, uint64_t usec, void *userdata)
{
        Engine *e = userdata;
        _cleanup_error_ Error error = ERROR_NULL;

        e->reload_timer = sd_event_source_disable_unref(e->reload_timer);
        e->last_reload = clock_monotonic();
        int r = routing_write(e, &error);
        if (r >= 0)
                r = router_reload(e->router, &error);
        if (r >= 0) {
                e->router_pool = pool_size(e);
                r = routing_sync(e, &error);
        }
        if (r < 0 && !no_router(r))
                log_error(0, "cannot reload the router: %s", error_text(&error, r));
        return 0;
}

void routing_reload_soon(Engine *e)
{
        if (e->reload_timer)
                return;
        uint64_t now = clock_monotonic(), delay = RELOAD_DELAY_USEC;
        if (e->last_reload > 0 && now - e->last_reload < RELOAD_SPACING_USEC)
                delay = RELOAD_SPACING_USEC - (now - e->last_reload);
        int r = sd_event_add_time_relative(e->event, &e->reload_timer, CLOCK_MONOTONIC, delay, 0, reload_now,
                                           e);
        if (r < 0)
                log_error(r, "cannot plan a reload of the router");
}
