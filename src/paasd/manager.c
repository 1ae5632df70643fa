/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "paasd/manager.h"

#include <errno.h>
#include <systemd/sd-daemon.h>

#include "basic/log.h"
#include "bus/bus.h"
#include "engine/engine.h"
#include "paasd/caller.h"
#include "paasd/objects.h"

static void ready(void *userdata)
{
        Manager *m = userdata;
        int r = sd_bus_request_name(m->bus, BUS_NAME, 0);
        if (r < 0) {
                log_error(r, "cannot take the name " BUS_NAME);
                sd_event_exit(m->event, r);
                return;
        }
        m->ready = true;
        (void) sd_notify(0, "READY=1\nSTATUS=Running");
}

static void app_signal(Manager *m, const char *signal, const char *name)
{
        _cleanup_free_ char *path = app_object_path(name);
        if (path)
                (void) sd_bus_emit_signal(m->bus, BUS_PATH, BUS_MANAGER_INTERFACE, signal, "so", name, path);
}

static void app_new(void *userdata, const char *name)
{
        app_signal(userdata, "AppNew", name);
}

static void app_removed(void *userdata, const char *name)
{
        app_signal(userdata, "AppRemoved", name);
}

static void job_new_on_bus(void *userdata, Job *j)
{
        Manager *m = userdata;
        job_object_new(m, j);
        /* One that was restored has nobody who follows it yet. */
        if (!j->ended && !m->ready)
                (void) job_object_follow(m, j, NULL);
}

static void job_changed_on_bus(void *userdata, Job *j)
{
        job_object_changed(userdata, j);
}

static void job_removed_on_bus(void *userdata, Job *j)
{
        job_object_removed(userdata, j);
}

int manager_new(Manager **ret, Error *error)
{
        _cleanup_(manager_freep) Manager *m = calloc(1, sizeof(Manager));
        if (!m)
                return -ENOMEM;
        int r = sd_event_default(&m->event);
        if (r >= 0)
                r = sd_bus_open_system(&m->bus);
        if (r >= 0)
                r = sd_bus_attach_event(m->bus, m->event, SD_EVENT_PRIORITY_NORMAL);
        if (r < 0)
                return error_set(error, r, "cannot connect to the system bus: %s", error_text(NULL, r));
        *ret = TAKE_PTR(m);
        return 0;
}

int manager_start(Manager *m, Error *error)
{
        const EngineObserver observer = {
                .ready = ready,
                .app_new = app_new,
                .app_removed = app_removed,
                .job_new = job_new_on_bus,
                .job_changed = job_changed_on_bus,
                .job_removed = job_removed_on_bus,
                .userdata = m,
        };
        int r = engine_new(m->event, m->bus, &observer, &m->engine, error);
        if (r >= 0)
                r = manager_object_register(m);
        if (r >= 0)
                r = app_object_register(m);
        if (r >= 0)
                r = job_object_register(m);
        return r < 0 ? r : engine_start(m->engine, error);
}

Manager *manager_free(Manager *m)
{
        if (!m)
                return NULL;
        /* Children, then slots, then the bus, then the loop. */
        job_object_free_tracks(m);
        audit_requests_free(m);
        router_requests_free(m);
        caller_free_sessions(m);
        engine_free(m->engine);
        run_methods_free(m);
        for (size_t i = 0; i < m->n_slots; i++)
                sd_bus_slot_unref(m->slots[i]);
        sd_bus_flush_close_unref(m->bus);
        sd_event_unref(m->event);
        free(m);
        return NULL;
}
