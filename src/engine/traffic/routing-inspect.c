/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/traffic/routing-inspect.h"

#include <errno.h>
#include <string.h>

#include "basic/strv.h"
#include "basic/text.h"
#include "engine/traffic/routing-internal.h"

static const RouterServer *find_served(const RouterReport *report, const char *backend, const char *name)
{
        for (size_t i = 0; i < report->n_servers; i++)
                if (streq(report->servers[i].backend, backend) && streq(report->servers[i].name, name))
                        return &report->servers[i];
        return NULL;
}

static const char *fault_of(const RouterServer *is, const RenderServer *wanted)
{
        if (!is)
                return "is missing";
        if (!router_is_address(is->address, wanted->address))
                return "has another address";
        if (is->state != ROUTER_READY)
                return "gets no requests";
        return is->weight != ROUTER_WEIGHT && !wanted->resting ? "has another weight" : NULL;
}

static bool is_wanted(const RenderBackend *b, const char *name)
{
        for (size_t i = 0; i < b->n_servers; i++)
                if (streq(b->servers[i].name, name))
                        return true;
        return false;
}

/* Servers that drain are on their way out: no difference. */
static int compare_backend(RouterReport *report, const RenderBackend *b)
{
        int r = 0;
        for (size_t i = 0; r >= 0 && i < b->n_servers; i++) {
                const char *fault =
                        fault_of(find_served(report, b->name, b->servers[i].name), &b->servers[i]);
                if (fault)
                        r = strv_appendf(&report->differences, "%s: %s %s", b->app, b->servers[i].name,
                                         fault);
        }
        for (size_t i = 0; r >= 0 && i < report->n_servers; i++) {
                const RouterServer *s = &report->servers[i];
                if (streq(s->backend, b->name) && s->state == ROUTER_READY && s->weight > 0 &&
                    !is_wanted(b, s->name))
                        r = strv_appendf(&report->differences, "%s: %s has traffic and is not current",
                                         b->app ? b->app : b->name, s->name);
        }
        return r;
}

static int compare(Engine *e, RouterReport *report, Error *error)
{
        _cleanup_(router_wish_clear) RouterWish wish = {0};
        int r = router_wish_make(e, &wish, error);
        for (size_t i = 0; r >= 0 && i < wish.n_backends; i++)
                r = compare_backend(report, &wish.backends[i]);
        for (size_t i = 0; r >= 0 && i < RENDER_ROUTER_MAPS; i++)
                if (!streq(wish.files[i].name, "lots.map")) /* an operation's share is in no file */
                        r = router_differs(e->router, wish.files[i].name, wish.files[i].text,
                                           &report->differences, error);
        report->backends = wish.n_backends;
        return r;
}

int routing_inspect(Engine *e, RouterReport *ret, Error *error)
{
        _cleanup_(router_report_clear) RouterReport report = {.reload_planned = e->reload_timer};
        int r = router_observe_processes(e->router, &report.processes, error);
        if (r >= 0)
                r = router_observe(e->router, &report.servers, &report.n_servers, error);
        if (r >= 0)
                r = compare(e, &report, error);
        if (r < 0)
                return r;
        *ret = report;
        report = (RouterReport){0};
        return 0;
}

void router_report_clear(RouterReport *r)
{
        router_processes_clear(&r->processes);
        router_servers_free(r->servers, r->n_servers);
        strv_free(r->differences);
}
