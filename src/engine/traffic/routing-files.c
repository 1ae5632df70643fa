/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>
#include <sched.h>
#include <string.h>

#include "basic/clock.h"
#include "basic/file.h"
#include "basic/log.h"
#include "basic/strv.h"
#include "basic/text.h"
#include "engine/traffic/certificates.h"
#include "engine/traffic/drainclock.h"
#include "engine/traffic/routing-internal.h"
#include "engine/traffic/routing.h"
#include "engine/world/appinfo.h"
#include "model/paths.h"
#include "render/haproxy.h"

#define POOL_RESERVE 16

/* All that changes in one round of the loop is written once: at a start that is a thousand applications.
 * Never later than this, however busy the loop is. */
#define WRITE_WITHIN_USEC (500 * USEC_PER_MSEC)

void router_wish_clear(RouterWish *w)
{
        for (size_t i = 0; w->domains && i < w->n_backends; i++)
                strv_free(w->domains[i]);
        free(w->backends);
        free(w->names);
        free(w->domains);
        free(w->addresses);
        free(w->servers);
        free(w->traffic);
        render_router_files_clear(w->files);
}

static unsigned backend_number(const AppState *s)
{
        uint64_t n = 0;
        const char *digits = s->app.backend ? text_after(s->app.backend, "pool_") : NULL;
        return digits && text_parse_uint(digits, 100000, &n) >= 0 ? (unsigned) n : 0;
}

/* How many backends there should be: those in use, and a reserve that lets new applications in without a
 * reload. */
unsigned routing_pool_size(Engine *e)
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

bool routing_is_current(const AppState *s, const Instance *i)
{
        return instance_is_routed(i) && i->phase == INSTANCE_READY && i->name.version == s->release.version;
}

RenderTraffic routing_traffic(const AppSettings *s)
{
        const char *header = settings_text(s, NULL, "hash-header");
        return (RenderTraffic){
                .balance = (TrafficBalance) settings_number(s, NULL, "balance"),
                .hash_header = *header ? header : NULL,
                .max_connections = settings_number(s, NULL, "max-connections"),
                .connect_timeout = settings_number(s, NULL, "connect-timeout"),
                .response_timeout = settings_number(s, NULL, "response-timeout"),
                .idle_timeout = settings_number(s, NULL, "idle-timeout"),
                .tunnel_timeout = settings_number(s, NULL, "tunnel-timeout"),
                .max_body = settings_number(s, NULL, "max-body"),
                .sticky = settings_number(s, NULL, "sticky") > 0,
                .keep_alive = settings_number(s, NULL, "keep-alive") > 0,
                .protocol = (TrafficProtocol) settings_number(s, NULL, "protocol"),
        };
}

void routing_place(const AppState *s, const Instance *i, char ret[ROUTING_PLACE_SIZE])
{
        const RenderTraffic traffic = routing_traffic(&s->settings);
        char extra[RENDER_SERVER_EXTRA_SIZE], address[INSTANCE_ADDRESS_SIZE];
        render_server_extra(&traffic, extra);
        instance_address(i, address);
        snprintf(ret, ROUTING_PLACE_SIZE, "%s%s", address, extra);
}

static int add_backend(Engine *e, RouterWish *r, size_t at, AppState *s, size_t *n_servers)
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
        b->checks = &s->release.checks;
        r->traffic[at] = routing_traffic(&s->settings);
        b->traffic = &r->traffic[at];
        b->servers = &r->servers[*n_servers];
        for (size_t i = 0; w && i < w->n_instances; i++) {
                const Instance *instance = w->instances[i];
                if (!routing_is_current(s, instance))
                        continue;
                size_t n = (*n_servers)++;
                instance_address(instance, r->addresses[n]);
                r->servers[n] = (RenderServer){.name = instance->short_name,
                                               .address = r->addresses[n],
                                               .resting = instance->refuses};
                b->n_servers++;
        }
        return 0;
}

static int allocate(Engine *e, RouterWish *r)
{
        size_t instances = 1;
        for (size_t i = 0; i < e->n_worlds; i++)
                instances += e->worlds[i]->n_instances;
        r->backends = calloc(r->n_backends, sizeof(*r->backends));
        r->names = calloc(r->n_backends, sizeof(*r->names));
        r->domains = calloc(r->n_backends, sizeof(*r->domains));
        r->addresses = calloc(instances, sizeof(*r->addresses));
        r->servers = calloc(instances, sizeof(*r->servers));
        r->traffic = calloc(r->n_backends, sizeof(*r->traffic));
        if (!r->traffic || !r->backends || !r->names || !r->domains || !r->addresses || !r->servers)
                return -ENOMEM;
        for (size_t i = 0; i < r->n_backends; i++) {
                snprintf(r->names[i], sizeof(r->names[i]), "pool_%zu", i);
                r->backends[i].name = r->names[i];
        }
        return 0;
}

/* A reload cuts nothing that a drain would leave in peace. */
static unsigned old_worker_timeout(Engine *e)
{
        uint64_t longest = drain_longest_of_all(e), timeout = e->settings.old_worker_timeout;
        return (unsigned) (timeout > longest ? timeout : longest);
}

static unsigned thread_count(const Engine *e)
{
        cpu_set_t set;
        bool known = sched_getaffinity(0, sizeof(set), &set) >= 0; /* not with more than 1024 of them */
        return render_router_threads(e->settings.router_threads,
                                     known ? (unsigned) CPU_COUNT(&set) : CPU_SETSIZE);
}

int router_wish_make(Engine *e, RouterWish *ret, Error *error)
{
        _cleanup_(router_wish_clear) RouterWish w = {.n_backends = routing_pool_size(e)};
        size_t n_servers = 0;
        int r = allocate(e, &w);
        for (size_t i = 0; r >= 0 && i < e->catalog.n_apps; i++)
                r = add_backend(e, &w, backend_number(e->catalog.apps[i]), e->catalog.apps[i], &n_servers);
        if (r < 0)
                return r;

        const RenderRouter router = {
                .directory = PAAS_ROUTER,
                .base_domain = e->catalog.base_domain,
                .backends = w.backends,
                .n_backends = w.n_backends,
                .hard_stop = old_worker_timeout(e),
                .old_workers = (unsigned) e->settings.old_workers,
                .threads = thread_count(e),
                .certificates = certificates_newest(),
        };
        r = render_router_files(e->router_template, &router, w.files, error);
        if (r < 0)
                return r;
        *ret = w;
        w = (RouterWish){0};
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
static int write_files(const RouterWish *wish, bool changed[RENDER_ROUTER_FILES], Error *error)
{
        int r = 0;
        for (size_t i = 0; r >= 0 && i < RENDER_ROUTER_FILES; i++) {
                r = write_file(wish->files[i].name, wish->files[i].text);
                changed[i] = r > 0;
                if (r < 0)
                        error_set(error, r, "cannot write " PAAS_ROUTER "/%s: %s", wish->files[i].name,
                                  strerror(-r));
        }
        return r;
}

/* The files first: who reloads the router in between gets the same. */
static void follow_files(Engine *e, const RouterWish *wish, const bool changed[RENDER_ROUTER_FILES])
{
        _cleanup_error_ Error error = ERROR_NULL;
        int r = 0;
        /* A server that was added is the one asked last now, which may not be the one that the file names.
         */
        for (size_t i = 0; r >= 0 && i < RENDER_ROUTER_MAPS; i++)
                if (changed[i] || (e->router_added && streq(wish->files[i].name, "servers.map")))
                        r = router_apply_map(e->router, wish->files[i].name, wish->files[i].text, &error);
        e->router_added = false;
        if (r < 0 && !no_router(r)) {
                log_warning(0, "%s; the router is reloaded", error_text(&error, r));
                routing_reload_soon(e);
        }
}

/* The running worker has read another configuration than this, servers left aside. */
static bool is_outdated(Engine *e, const char *config)
{
        char wanted[RENDER_STATIC_SIZE];
        if (e->reload) /* what it has read is asked when it is over */
                return false;
        render_static_of(config, wanted);
        if (!e->router_static[0]) {
                _cleanup_free_ char *loaded = NULL;
                int r = router_get_variable(e->router, RENDER_STATIC, &loaded, NULL);
                if (r < 0 && r != -ENODATA)
                        return false; /* no router: the next one reads the files */
                snprintf(e->router_static, sizeof(e->router_static), "%s", loaded ? loaded : "none");
        }
        return !streq(e->router_static, wanted);
}

int routing_write(Engine *e, Error *error)
{
        _cleanup_(router_wish_clear) RouterWish wish = {0};
        bool changed[RENDER_ROUTER_FILES];
        int r = router_wish_make(e, &wish, error);
        if (r >= 0)
                r = write_files(&wish, changed, error);
        if (r < 0)
                return r;
        e->router_changed = 0;
        follow_files(e, &wish, changed);

        bool grown = wish.n_backends > e->router_pool && e->router_pool > 0;
        if (e->router_pool == 0)
                e->router_pool = (unsigned) wish.n_backends;
        return grown || is_outdated(e, wish.files[RENDER_ROUTER_MAPS].text);
}

static void write_now(Engine *e)
{
        _cleanup_error_ Error error = ERROR_NULL;
        int r = routing_write(e, &error);
        if (r > 0)
                routing_reload_soon(e);
        if (r < 0)
                log_error(0, "%s; it is tried again", error_text(&error, r));
}

static int write_deferred(sd_event_source *source, void *userdata)
{
        Engine *e = userdata;
        (void) sd_event_source_set_enabled(source, SD_EVENT_OFF);
        if (e->router_changed > 0)
                write_now(e);
        return 0;
}

int routing_add_source(Engine *e)
{
        int r = sd_event_add_defer(e->event, &e->router_write, write_deferred, e);
        if (r >= 0)
                r = sd_event_source_set_priority(e->router_write, SD_EVENT_PRIORITY_IDLE);
        return r < 0 ? r : sd_event_source_set_enabled(e->router_write, SD_EVENT_OFF);
}

void routing_write_soon(Engine *e)
{
        uint64_t now = clock_monotonic();
        if (e->router_changed == 0)
                e->router_changed = now;
        int r = sd_event_source_set_enabled(e->router_write, SD_EVENT_ONESHOT);
        if (r < 0 || now - e->router_changed >= WRITE_WITHIN_USEC)
                write_now(e);
}
