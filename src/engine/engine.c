/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/engine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "basic/clock.h"
#include "basic/file.h"
#include "basic/log.h"
#include "basic/strv.h"
#include "basic/text.h"
#include "engine/access/readers.h"
#include "engine/access/users.h"
#include "engine/audit/audit.h"
#include "engine/audit/auditpush.h"
#include "engine/audit/events.h"
#include "engine/cleanup/cleaner.h"
#include "engine/cleanup/gc.h"
#include "engine/cleanup/leftovers.h"
#include "engine/hostfiles.h"
#include "engine/operation/adjust.h"
#include "engine/operation/builddir.h"
#include "engine/operation/configure.h"
#include "engine/operation/deploy.h"
#include "engine/operation/job.h"
#include "engine/operation/promote.h"
#include "engine/operation/queue.h"
#include "engine/operation/rerelease.h"
#include "engine/operation/restore.h"
#include "engine/operation/run.h"
#include "engine/traffic/certificates.h"
#include "engine/traffic/drain.h"
#include "engine/traffic/routing.h"
#include "engine/traffic/vigil.h"
#include "engine/world/launch.h"
#include "engine/world/observation.h"
#include "engine/world/readiness.h"
#include "engine/world/reconcile.h"
#include "model/paths.h"
#include "render/checkunits.h"
#include "seal/authority.h"

static const JobType *type_of(OperationKind kind)
{
        switch (kind) {
        case OPERATION_DEPLOY:
                return &deploy_job_type;
        case OPERATION_CONFIG:
                return &configure_job_type;
        case OPERATION_PROMOTE:
                return &promote_job_type;
        case OPERATION_RESTART:
                return &restart_job_type;
        case OPERATION_STOP:
                return &stop_job_type;
        case OPERATION_ROLLBACK:
        case OPERATION_RETRY:
                return &rerelease_job_type;
        default:
                return &scale_job_type;
        }
}

static int run_queue(sd_event_source *source, void *userdata)
{
        (void) sd_event_source_set_enabled(source, SD_EVENT_OFF);
        queue_run(userdata);
        return 0;
}

static int tick(sd_event_source *source, uint64_t usec, void *userdata)
{
        Engine *e = userdata;
        drain_poll(e);
        readiness_poll(e);
        vigil_poll(e);
        reconcile_tick(e);
        job_expire(e);
        audit_tick(e, false);
        if (e->router_changed > 0)
                routing_write_soon(e);
        drain_arm(e);
        return 0;
}

static void unit_changed(void *userdata, const char *name)
{
        Engine *e = userdata;
        _cleanup_error_ Error error = ERROR_NULL;
        if (!e->started)
                return;
        if (!*name) { /* systemd was reloaded: signals may have been missed */
                for (size_t i = 0; i < e->n_worlds; i++)
                        world_may_have_changed(e->worlds[i]);
                readiness_ask(e);
        } else if (text_after(name, READY_UNIT_PREFIX)) {
                readiness_ask(e);
        } else if (streq(name, "paas-router.service")) {
                e->router_static[0] = '\0';
                int r = routing_sync(e, &error);
                if (r < 0)
                        log_error(0, "cannot bring the router up to date: %s", error_text(&error, r));
        } else {
                world_unit_changed(e, name);
        }
}

static int heal_hostfiles(Engine *e, Error *error)
{
        int r = hostfiles_write_keys(e);
        if (r >= 0)
                r = readers_write(e);
        for (size_t i = 0; r >= 0 && i < e->catalog.n_apps; i++) {
                AppState *s = e->catalog.apps[i];
                r = hostfiles_write_accounts(s);
                if (r >= 0)
                        r = hostfiles_make_repository(s, error);
                if (r >= 0)
                        r = hostfiles_make_directories(s, error);
        }
        return r;
}

static int open_drivers(Engine *e, sd_bus *bus, Error *error)
{
        const RouterPaths paths = {
                .admin_socket = PAAS_ROUTER_ADMIN,
                .master_socket = PAAS_ROUTER_MASTER,
                .directory = PAAS_ROUTER,
        };
        const char *credentials = getenv("CREDENTIALS_DIRECTORY");
        _cleanup_free_ char *key = NULL;
        if (asprintf(&key, "%s/paas.key", credentials ? credentials : PAAS_RUN) < 0)
                return -ENOMEM;

        int r = settings_load(PAAS_CONF, &e->settings, error);
        if (r >= 0)
                r = seal_open(key, &e->seal, error);
        if (r >= 0)
                r = store_open(PAAS_STATE_GIT, &e->store, error);
        if (r >= 0)
                catalog_finish_restores(e->store, hostfiles_bring_back);
        if (r >= 0)
                r = catalog_load(&e->catalog, e->store, &e->settings, error);
        if (r >= 0)
                r = router_new(&paths, &e->router);
        if (r >= 0)
                r = units_new(bus, &e->units);
        if (r >= 0)
                r = file_read(PAAS_SHARE "/haproxy.cfg.in", 1024 * 1024, &e->router_template, NULL);
        e->catalog.recorded = audit_recorded;
        e->catalog.userdata = e;
        if (r >= 0 && !e->catalog.base_domain && e->settings.base_domain)
                r = text_replace(&e->catalog.base_domain, e->settings.base_domain);
        return r < 0 ? error_prefix(error, r, "cannot start") : 0;
}

static int add_sources(Engine *e)
{
        int r = sd_event_add_defer(e->event, &e->queue, run_queue, e);
        if (r >= 0)
                r = sd_event_source_set_enabled(e->queue, SD_EVENT_OFF);
        if (r >= 0)
                r = routing_add_source(e);
        if (r >= 0)
                r = sd_event_add_time_relative(e->event, &e->tick, CLOCK_MONOTONIC, USEC_PER_SEC, 0, tick,
                                               e);
        if (r >= 0)
                r = units_watch(e->units, "paas-", unit_changed, e);
        return r;
}

#define CERTIFICATE_MAX 65536

/* The authority's directory is root's alone; its certificate is for whoever wants to trust it. */
static int publish_authority(Error *error)
{
        _cleanup_free_ char *own = NULL, *shown = NULL;
        size_t n = 0, m = 0;
        int r = file_read(PAAS_AUTHORITY "/ca.pem", CERTIFICATE_MAX, &own, &n);
        if (r >= 0 && file_read(PAAS_CA, CERTIFICATE_MAX, &shown, &m) >= 0 && n == m && streq(own, shown))
                return 0;
        if (r >= 0)
                r = file_write(PAAS_CA, own, n, 0644, FILE_OWNER_SELF, FILE_SYNC);
        return r < 0 ? error_set(error, r, "cannot write %s: %s", PAAS_CA, strerror(-r)) : 0;
}

int engine_new(sd_event *event, sd_bus *bus, const EngineObserver *observer, Engine **ret, Error *error)
{
        _cleanup_(engine_freep) Engine *e = calloc(1, sizeof(Engine));
        if (!e)
                return -ENOMEM;
        e->event = sd_event_ref(event);
        e->observer = *observer;
        e->world_observed = reconcile_app;
        e->instance_gone = reconcile_clean_up;

        int r = open_drivers(e, bus, error);
        if (r >= 0)
                r = authority_make(PAAS_AUTHORITY, "paas local authority", error);
        if (r >= 0)
                r = publish_authority(error);
        if (r >= 0)
                r = restore_heal(e, error);
        if (r >= 0)
                r = heal_hostfiles(e, error);
        if (r >= 0)
                r = certificates_write(e, error);
        if (r >= 0)
                r = add_sources(e);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(e);
        return 0;
}

static int restore(Engine *e, Operation *operation)
{
        Job *j;
        AppState *s = catalog_find_app(&e->catalog, operation->app);
        if (s && operation->number > s->last_operation)
                s->last_operation = operation->number;
        int r = job_restore(e, operation, type_of(operation->kind), &j);
        if (r < 0)
                return r;
        if (e->observer.job_new)
                e->observer.job_new(e->observer.userdata, j);
        if (!s && !j->ended)
                job_fail(j, "the application was destroyed meanwhile");
        /* We may have died between the end of a build and forgetting its units and its directory. */
        if (j->ended && j->operation.kind == OPERATION_DEPLOY) {
                builddir_stop_units(j);
                builddir_remove(j);
        }
        return 0;
}

static int by_age(const void *a, const void *b)
{
        const Job *x = *(Job *const *) a, *y = *(Job *const *) b;
        if (x->operation.created != y->operation.created)
                return x->operation.created < y->operation.created ? -1 : 1;
        return x->operation.number < y->operation.number ? -1 : x->operation.number > y->operation.number;
}

static int set_going(Engine *e, Error *error)
{
        e->started = true;
        cleaner_take_up(e); /* before anything is put there */
        drain_take_up(e);
        int r = routing_sync(e, error); /* first of all: what else the router serves is proven */
        if (r < 0) { /* after an upgrade it may not know a map yet: the files are about to be right */
                log_warning(0, "the router is reloaded: %s", error_text(error, r));
                error_clear(error);
                routing_reload_soon(e);
        }
        r = job_load_all(e, restore);
        if (r < 0)
                return r;
        configure_drop_orphans(e);
        if (e->n_jobs > 1)
                qsort(e->jobs, e->n_jobs, sizeof(Job *), by_age);
        queue_take_up(e);
        vigil_take_up(e);
        readiness_ask(e);
        r = users_end_disabled(e);
        if (r < 0)
                return r;
        r = routing_write(e, error);
        if (r > 0)
                routing_reload_soon(e);
        if (r < 0)
                return r;
        for (size_t i = 0; i < e->catalog.n_apps; i++)
                if (!world_get(e, e->catalog.apps[i]->app.name))
                        return -ENOMEM;
        /* The operations under way first: their instances are not to be taken for superfluous. */
        queue_run(e);
        for (size_t i = e->n_worlds; i-- > 0;)
                reconcile_app(e->worlds[i]); /* may remove that of a destroyed application */
        auditpush_soon(e);
        events_start(e);
        run_clean_up(e);
        leftovers_remove(e);
        return 0;
}

static void first_observed(void *userdata, int r, const UnitStatus *list, size_t n)
{
        Engine *e = userdata;
        _cleanup_error_ Error error = ERROR_NULL;
        e->first_observation = unit_call_free(e->first_observation);
        if (r >= 0)
                r = world_update(e, NULL, list, n);
        if (r >= 0)
                r = set_going(e, &error);
        if (r < 0) {
                log_error(0, "cannot start: %s", error_text(&error, r));
                sd_event_exit(e->event, r);
                return;
        }
        if (e->observer.ready)
                e->observer.ready(e->observer.userdata);
}

int engine_start(Engine *e, Error *error)
{
        char app[] = "paas-app-*.service", sockets[] = "paas-app-*.socket", run[] = "paas-run-*.service",
             slug[] = "paas-slug-*.service", relive[] = RELIVE_UNIT_PREFIX "*.service";
        char *const patterns[] = {app, sockets, run, slug, relive, NULL};
        int r = units_list(e->units, patterns, NULL, first_observed, e, &e->first_observation);
        return r < 0 ? error_set(error, r, "cannot ask systemd what runs: %s", strerror(-r)) : 0;
}

Engine *engine_free(Engine *e)
{
        if (!e)
                return NULL;
        audit_tick(e, true);
        audit_free(e->audit);
        auditpush_free(e->auditpush);
        events_free(e->events);
        for (size_t i = 0; i < e->n_worlds; i++)
                for (size_t k = 0; k < e->worlds[i]->n_instances; k++)
                        launch_free(e->worlds[i]->instances[k]->launch);
        for (size_t i = 0; i < e->n_jobs; i++)
                job_free(e->jobs[i]);
        free(e->jobs);
        while (e->n_worlds > 0)
                world_remove(e, e->worlds[0]);
        free(e->worlds);
        unit_call_free(e->first_observation);
        unit_call_free(e->readiness_call);
        sd_event_source_disable_unref(e->queue);
        sd_event_source_disable_unref(e->reload_timer);
        router_reload_free(e->reload);
        sd_event_source_disable_unref(e->router_write);
        sd_event_source_disable_unref(e->tick);
        gc_free(e->gc);
        cleaner_free(e->cleaner);
        catalog_clear(&e->catalog);
        units_free(e->units);
        router_free(e->router);
        store_free(e->store);
        seal_free(e->seal);
        settings_clear(&e->settings);
        free(e->router_template);
        strv_free(e->router_stale);
        sd_event_unref(e->event);
        free(e);
        return NULL;
}
