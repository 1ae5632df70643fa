/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the router does: part of the Manager interface. */

#include <errno.h>

#include "basic/clock.h"
#include "basic/text.h"
#include "bus/bus.h"
#include "engine/traffic/routing-inspect.h"
#include "paasd/caller.h"
#include "paasd/dict.h"
#include "paasd/objects.h"

#define LOOK_AGAIN_USEC (20 * USEC_PER_MSEC)

static int append_worker(sd_bus_message *reply, const RouterWorker *w)
{
        int r = dict_open(reply);
        if (r >= 0)
                r = dict_u64(reply, "pid", w->pid);
        if (r >= 0)
                r = dict_string(reply, "version", w->version);
        if (r >= 0)
                r = dict_u64(reply, "age", w->age);
        if (r >= 0)
                r = dict_u64(reply, "connections", w->connections);
        if (r >= 0)
                r = dict_bool(reply, "old", w->old);
        return r < 0 ? r : dict_close(reply);
}

static const char *app_of(const Manager *m, const char *backend)
{
        const Catalog *c = &m->engine->catalog;
        for (size_t i = 0; i < c->n_apps; i++)
                if (text_equal(c->apps[i]->app.backend, backend))
                        return c->apps[i]->app.name;
        return NULL;
}

/* HAProxy does not tell the path of a unix socket: it is that of the process. */
static const char *address_of(const Manager *m, const RouterServer *s, char buffer[INSTANCE_ADDRESS_SIZE])
{
        const char *app = streq(s->address, ROUTER_UNIX_ADDRESS) ? app_of(m, s->backend) : NULL;
        const Instance *i = app ? world_find_named(world_find(m->engine, app), s->name) : NULL;
        if (!i)
                return s->address;
        instance_address(i, buffer);
        return buffer;
}

static int append_server(sd_bus_message *reply, Manager *m, const RouterServer *s)
{
        static const char *const states[] = {
                [ROUTER_READY] = "ready", [ROUTER_DRAIN] = "draining", [ROUTER_MAINT] = "stopped"};
        char address[INSTANCE_ADDRESS_SIZE];
        int r = dict_open(reply);
        if (r >= 0)
                r = dict_string(reply, "app", app_of(m, s->backend));
        if (r >= 0)
                r = dict_string(reply, "backend", s->backend);
        if (r >= 0)
                r = dict_string(reply, "name", s->name);
        if (r >= 0)
                r = dict_string(reply, "address", address_of(m, s, address));
        if (r >= 0)
                r = dict_string(reply, "state", states[s->state]);
        if (r >= 0)
                r = dict_bool(reply, "up", s->up);
        if (r >= 0)
                r = dict_u64(reply, "weight", s->weight);
        if (r >= 0)
                r = dict_u64(reply, "connections", s->sessions);
        return r < 0 ? r : dict_close(reply);
}

static int append_report(sd_bus_message *reply, Manager *m, const RouterReport *report)
{
        int r = dict_u64(reply, "reloads", report->processes.reloads);
        if (r >= 0)
                r = dict_u64(reply, "failed_reloads", report->processes.failed);
        if (r >= 0)
                r = dict_bool(reply, "reload_planned", report->reload_planned);
        if (r >= 0)
                r = dict_u64(reply, "old_workers_max", m->engine->settings.old_workers);
        if (r >= 0)
                r = dict_u64(reply, "backends", report->backends);
        if (r >= 0)
                r = dict_u64(reply, "backends_used", m->engine->catalog.n_apps);
        if (r >= 0)
                r = dict_strv(reply, "differences", report->differences);
        if (r >= 0)
                r = dict_list_open(reply, "workers");
        for (size_t i = 0; r >= 0 && i < report->processes.n; i++)
                r = append_worker(reply, &report->processes.workers[i]);
        if (r >= 0)
                r = dict_list_close(reply);
        if (r >= 0)
                r = dict_list_open(reply, "servers");
        for (size_t i = 0; r >= 0 && i < report->n_servers; i++)
                r = append_server(reply, m, &report->servers[i]);
        return r < 0 ? r : dict_list_close(reply);
}

static int answer(Manager *m, sd_bus_message *message, sd_bus_error *e)
{
        _cleanup_error_ Error error = ERROR_NULL;
        _cleanup_(router_report_clear) RouterReport report = {0};
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        int r = routing_inspect(m->engine, &report, &error);
        if (r < 0)
                return bus_error_reply_as(e, BUS_ERROR_INTERNAL, r, &error);
        r = sd_bus_message_new_method_return(message, &reply);
        if (r >= 0)
                r = dict_open(reply);
        if (r >= 0)
                r = append_report(reply, m, &report);
        if (r >= 0)
                r = dict_close(reply);
        return r < 0 ? r : sd_bus_message_send(reply);
}

/* While HAProxy is reloaded it cannot say which worker is current: who asks then is told afterwards. */
typedef struct RouterRequest {
        Manager *manager;
        struct RouterRequest *next;
        sd_bus_message *message;
        sd_event_source *timer;
} RouterRequest;

static void request_free(RouterRequest *q)
{
        sd_event_source_disable_unref(q->timer);
        sd_bus_message_unref(q->message);
        free(q);
}

void router_requests_free(Manager *m)
{
        while (m->router_requests) {
                RouterRequest *q = m->router_requests;
                m->router_requests = q->next;
                request_free(q);
        }
}

static int look_again(sd_event_source *source, uint64_t usec, void *userdata)
{
        RouterRequest *q = userdata, **at = &q->manager->router_requests;
        _cleanup_(sd_bus_error_free) sd_bus_error e = SD_BUS_ERROR_NULL;
        if (q->manager->engine->reload) {
                (void) sd_event_source_set_time_relative(source, LOOK_AGAIN_USEC);
                return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
        }
        int r = answer(q->manager, q->message, &e);
        if (r < 0)
                (void) sd_bus_reply_method_errno(q->message, r, &e);
        while (*at != q)
                at = &(*at)->next;
        *at = q->next;
        request_free(q);
        return 0;
}

int method_router(sd_bus_message *message, void *userdata, sd_bus_error *e)
{
        Manager *m = userdata;
        Caller caller;
        int r = caller_may(m, message, ACTION_ROUTER, NULL, &caller, e);
        if (r < 0)
                return r;
        if (!m->engine->reload)
                return answer(m, message, e);
        RouterRequest *q = calloc(1, sizeof(RouterRequest));
        if (!q)
                return -ENOMEM;
        *q = (RouterRequest){
                .manager = m, .next = m->router_requests, .message = sd_bus_message_ref(message)};
        m->router_requests = q;
        return sd_event_add_time_relative(m->event, &q->timer, CLOCK_MONOTONIC, LOOK_AGAIN_USEC, 0,
                                          look_again, q) < 0
                       ? -ENOMEM
                       : 1;
}
