/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/readiness.h"

#include <errno.h>
#include <string.h>
#include <syslog.h>

#include "basic/clock.h"
#include "basic/log.h"
#include "basic/strv.h"
#include "basic/text.h"
#include "engine/appinfo.h"
#include "engine/events.h"
#include "engine/journalmessage.h"
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
        int r = explain(w->engine, s, i);
        if (r < 0)
                log_error(r, "%s %s: cannot ask why it is not ready", w->app, i->short_name);
}

static void take(Engine *e, const RouterServer *server)
{
        for (size_t k = 0; k < e->catalog.n_apps; k++) {
                AppState *s = e->catalog.apps[k];
                if (!text_equal(s->app.backend, server->backend))
                        continue;
                AppWorld *w = world_find(e, s->app.name);
                Instance *i = w ? world_find_named(w, server->name) : NULL;
                if (!i || i->phase != INSTANCE_READY || i->name.version != s->release.version ||
                    i->unready == !server->up)
                        return;
                i->unready = !server->up;
                if (i->state == UNIT_ACTIVE) /* one that is being started again is told of otherwise */
                        tell(w, s, i);
                return;
        }
}

void readiness_poll(Engine *e)
{
        RouterServer *servers = NULL;
        size_t n = 0;
        uint64_t now = clock_monotonic();
        if (now - e->readiness_asked < POLL_EVERY_USEC)
                return;
        e->readiness_asked = now;
        if (router_observe(e->router, &servers, &n, NULL) < 0)
                return;
        for (size_t i = 0; i < n; i++)
                if (servers[i].state == ROUTER_READY)
                        take(e, &servers[i]);
        router_servers_free(servers, n);
}
