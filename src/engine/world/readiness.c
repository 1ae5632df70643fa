/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/world/readiness.h"

#include <errno.h>
#include <string.h>
#include <syslog.h>

#include "basic/clock.h"
#include "basic/log.h"
#include "basic/strv.h"
#include "basic/text.h"
#include "engine/audit/events.h"
#include "engine/audit/journalmessage.h"
#include "engine/world/appinfo.h"
#include "model/messages.h"
#include "render/checkunits.h"

#define POLL_EVERY_USEC (5 * USEC_PER_SEC)
#define EXPLAIN_SECONDS 1

bool readiness_is_last(const AppWorld *w, const Instance *i)
{
        for (size_t k = 0; k < w->n_instances; k++) {
                const Instance *other = w->instances[k];
                if (other != i && instance_is_routed(other) && other->phase == INSTANCE_READY &&
                    !other->unready && streq(other->name.type, i->name.type))
                        return false;
        }
        return true;
}

/* The same question once more, by a program that says what was answered, into the application's log. */
static int explain(Engine *e, const AppState *s, Instance *i)
{
        _cleanup_strv_ char **domains = NULL;
        char address[INSTANCE_ADDRESS_SIZE];
        int r = app_domains(e, s, &domains);
        if (r < 0)
                return r;
        instance_address(i, address);
        const RenderInstance instance = {
                .name = &i->name,
                .app_id = s->app.id,
                .release = &s->release,
                .run_uid = s->app.run_uid,
                .port = i->port,
                .listen = i->listen,
        };
        i->attempts++;
        const RenderCheck c = {
                .instance = &instance,
                .type = CHECK_READINESS,
                .host = domains ? domains[0] : "localhost",
                .attempt = i->attempts,
                .address = address,
                .checks = checks_has(&s->release.checks, i->name.type),
                .timeout = EXPLAIN_SECONDS,
                .span = 60,
        };
        _cleanup_unit_spec_ UnitSpec *spec = render_probe(&c);
        r = unit_spec_check(spec);
        return r < 0 ? r : units_start(e->units, spec, NULL, 0, NULL, NULL, NULL);
}

static void tell(AppWorld *w, const AppState *s, Instance *i)
{
        _cleanup_free_ char *text = NULL;
        const char *rest =
                !i->unready ? "passes its readiness checks again"
                : readiness_is_last(w, i)
                        ? "does not pass its readiness checks; there is no better process, so it gets "
                          "requests nevertheless"
                        : "does not pass its readiness checks, and gets no requests until it does";
        if (asprintf(&text, "%s.%u %s", i->name.type, i->name.index, rest) < 0)
                return;
        if (!i->unready) {
                journalmessage_send_app(MESSAGE_APP_READY, LOG_NOTICE, w->app, "%s", text);
                return;
        }
        event_emit(w->engine,
                   &(Event){.type = "unready", .app = w->app, .release = i->name.version, .message = text});
        int r = !i->down ? 0 : explain(w->engine, s, i); /* a command has been told of already */
        if (r < 0)
                log_error(r, "%s %s: cannot ask why it is not ready", w->app, i->short_name);
}

/* Whose server this is: one that is current, proven and up. */
static Instance *find_current(Engine *e, const RouterServer *server, AppState **ret, AppWorld **ret_world)
{
        for (size_t k = 0; k < e->catalog.n_apps; k++) {
                AppState *s = e->catalog.apps[k];
                if (!text_equal(s->app.backend, server->backend))
                        continue;
                AppWorld *w = world_find(e, s->app.name);
                Instance *i = w ? world_find_named(w, server->name) : NULL;
                *ret = s;
                *ret_world = w;
                return i && i->phase == INSTANCE_READY && i->name.version == s->release.version ? i : NULL;
        }
        return NULL;
}

static void take(Engine *e, const RouterServer *server)
{
        AppState *s;
        AppWorld *w;
        Instance *i = find_current(e, server, &s, &w);
        bool unready = !server->up || (i && i->refuses);
        if (i)
                i->down = !server->up;
        if (!i || i->unready == unready)
                return;
        i->unready = unready;
        if (i->state == UNIT_ACTIVE) /* one that is being started again is told of otherwise */
                tell(w, s, i);
}

/* When all of them are known: the last one has its weight, whatever its commands say. */
static void weigh(Engine *e, const RouterServer *server)
{
        _cleanup_error_ Error error = ERROR_NULL;
        AppState *s;
        AppWorld *w;
        const Instance *i = find_current(e, server, &s, &w);
        unsigned wanted = i && i->refuses && !readiness_is_last(w, i) ? 0 : ROUTER_WEIGHT;
        if (!i || server->weight == wanted)
                return;
        int r = router_set_weight(e->router, server->backend, server->name, wanted, &error);
        if (r < 0)
                log_warning(0, "%s %s: %s", w->app, i->short_name, error_text(&error, r));
}

void readiness_look(Engine *e)
{
        RouterServer *servers = NULL;
        size_t n = 0;
        e->readiness_asked = clock_monotonic();
        if (router_observe(e->router, &servers, &n, NULL) < 0)
                return;
        for (size_t i = 0; i < n; i++)
                if (servers[i].state == ROUTER_READY)
                        take(e, &servers[i]);
        for (size_t i = 0; i < n; i++)
                if (servers[i].state == ROUTER_READY)
                        weigh(e, &servers[i]);
        router_servers_free(servers, n);
}

void readiness_poll(Engine *e)
{
        if (clock_monotonic() - e->readiness_asked >= POLL_EVERY_USEC)
                readiness_look(e);
}

static bool refuses(const Instance *i, const UnitStatus *list, size_t n)
{
        const char *own = text_after(i->unit, "paas-app-");
        for (size_t k = 0; own && k < n; k++) {
                const char *name = text_after(list[k].name, READY_UNIT_PREFIX);
                if (name && streq(name, own))
                        return list[k].state == UNIT_RELOADING;
        }
        return false;
}

static bool is_known(void *userdata, const char *name, UnitState state, const char *sub_state)
{
        return true; /* its state is all that it says */
}

static void told(void *userdata, int r, const UnitStatus *list, size_t n)
{
        Engine *e = userdata;
        e->readiness_call = unit_call_free(e->readiness_call);
        if (r < 0)
                log_warning(0, "cannot ask systemd what is ready: %s", strerror(-r));
        for (size_t k = 0; r >= 0 && k < e->n_worlds; k++)
                for (size_t i = 0; i < e->worlds[k]->n_instances; i++)
                        e->worlds[k]->instances[i]->refuses = refuses(e->worlds[k]->instances[i], list, n);
        if (r >= 0)
                readiness_look(e);
        if (e->readiness_again)
                readiness_ask(e);
}

void readiness_ask(Engine *e)
{
        char pattern[] = READY_UNIT_PREFIX "*.service", *const patterns[] = {pattern, NULL};
        e->readiness_again = e->readiness_call;
        if (e->readiness_call)
                return;
        int r = units_list(e->units, patterns, is_known, told, e, &e->readiness_call);
        if (r < 0)
                log_error(r, "cannot ask systemd what is ready");
}
