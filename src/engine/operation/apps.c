/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/operation/apps.h"

#include <errno.h>
#include <string.h>

#include "basic/clock.h"
#include "basic/log.h"
#include "basic/strv.h"
#include "basic/text.h"
#include "basic/uuid.h"
#include "engine/access/readers.h"
#include "engine/fault.h"
#include "engine/hostfiles.h"
#include "engine/operation/job.h"
#include "engine/operation/pipelines.h"
#include "engine/traffic/certificates.h"
#include "engine/traffic/routing.h"
#include "engine/world/appinfo.h"
#include "engine/world/launch.h"
#include "engine/world/observation.h"
#include "model/name.h"

static int describe(Engine *e, const char *name, const Actor *actor, App *app, Error *error)
{
        uid_t uid;
        int r = catalog_next_uid(&e->catalog, &uid);
        if (r < 0)
                return error_set(error, r, "All %d pairs of uids for applications are in use.",
                                 (APP_UID_LAST - APP_UID_FIRST + 1) / 2);
        char backend[32];
        snprintf(backend, sizeof(backend), "pool_%u", routing_next_backend(e));
        r = uuid_new(app->id);
        if (r >= 0)
                r = text_replace(&app->name, name);
        if (r >= 0)
                r = text_replace(&app->owner, actor->name);
        if (r >= 0)
                r = text_replace(&app->host, "local");
        if (r >= 0)
                r = text_replace(&app->backend, backend);
        app->created = clock_realtime() / USEC_PER_SEC * USEC_PER_SEC;
        app->run_uid = uid;
        app->build_uid = uid + 1;
        return r;
}

/* Jobs and processes of an earlier application of that name may still be there: its numbers are not given
 * out again. */
static uint64_t operations_before(Engine *e, const char *name)
{
        AppWorld *w = world_find(e, name);
        uint64_t last = w ? world_last_operation(w) : 0;
        for (size_t i = 0; i < e->n_jobs; i++)
                if (streq(e->jobs[i]->operation.app, name) && e->jobs[i]->operation.number > last)
                        last = e->jobs[i]->operation.number;
        return last;
}

int apps_make_ready(Engine *e, AppState *s, Error *error)
{
        uint64_t before = operations_before(e, s->app.name);
        if (before > s->last_operation)
                s->last_operation = before;
        int r = hostfiles_write_accounts(s);
        if (r >= 0)
                r = hostfiles_make_repository(s, error);
        if (r >= 0)
                r = hostfiles_make_directories(s, error);
        if (r >= 0)
                r = routing_update(e, error);
        if (r >= 0)
                r = readers_write(e);
        if (r >= 0 && !world_get(e, s->app.name))
                r = -ENOMEM;
        if (r >= 0 && e->observer.app_new)
                e->observer.app_new(e->observer.userdata, s->app.name);
        return r;
}

/* What the last application of that name left where it was, because it could not be set aside. */
static int set_rest_aside(Engine *e, const char *name)
{
        const GoneApp *last = NULL;
        if (!hostfiles_are_home(name))
                return 0;
        for (size_t i = 0; i < e->catalog.n_gone; i++) {
                const GoneApp *g = &e->catalog.gone[i];
                if (streq(g->app.name, name) && (!last || g->destroyed > last->destroyed))
                        last = g;
        }
        return last ? hostfiles_set_aside(name, last->app.id) : -EEXIST;
}

/* Nobody gets what was pushed to an application of somebody else. */
static int check_nothing_left(Engine *e, const char *name, Error *error)
{
        int r = set_rest_aside(e, name);
        return r < 0 ? error_set(
                               error, -EBUSY,
                               "There are files of an earlier application \"%s\" that cannot be set aside: "
                               "%s. Choose another name.",
                               name, strerror(-r))
                     : 0;
}

int apps_create(Engine *e, const char *name, const Actor *actor, AppState **ret, Error *error)
{
        _cleanup_app_ App app = APP_NULL;
        _cleanup_free_ char *subject = NULL;
        int r = app_name_check(name, error);
        if (r >= 0 && catalog_find_app(&e->catalog, name))
                r = error_set(error, -EEXIST, "There is an application \"%s\" already. Choose another name.",
                              name);
        if (r >= 0)
                r = check_nothing_left(e, name, error);
        if (r >= 0)
                r = describe(e, name, actor, &app, error);
        if (r < 0)
                return r;
        if (asprintf(&subject, "Create %s", name) < 0)
                return -ENOMEM;

        const Record record = {
                .actor = actor, .action = "apps:create", .subject = subject, .status = "succeeded"};
        AppState *s;
        r = catalog_create_app(&e->catalog, &app, &record, &s, error);
        if (r >= 0)
                r = apps_make_ready(e, s, error);
        if (r < 0)
                return error_prefix(error, r, "%s was created, but the host could not be made ready for it",
                                    name);
        *ret = s;
        return 0;
}

/* Who waits for one hears at once that it will not be, and no later application of that name goes on with
 * it. */
static void end_launches(AppWorld *w)
{
        for (size_t i = 0; i < w->n_instances; i++)
                if (w->instances[i]->launch)
                        launch_give_up(w->instances[i]->launch);
        world_observe(w);
}

int apps_destroy(Engine *e, AppState *s, const char *confirm, const Actor *actor, Error *error)
{
        _cleanup_free_ char *subject = NULL, *name = strdup(s->app.name), *id = strdup(s->app.id),
                            *backend = strdup(s->app.backend ?: "");
        if (!name || !id || !backend || !streq(confirm, s->app.name))
                return error_set(error, -EINVAL,
                                 "To destroy %s, repeat its name: paas apps:destroy -a %s --confirm %s",
                                 s->app.name, s->app.name, s->app.name);
        if (asprintf(&subject, "Destroy %s", name) < 0)
                return -ENOMEM;
        for (size_t i = 0; i < e->n_jobs; i++)
                if (!e->jobs[i]->ended && streq(e->jobs[i]->operation.app, name))
                        job_cancel(e->jobs[i], "the application is being destroyed");

        int r = pipelines_forget(e, s, actor, error); /* before another application can have its name */
        if (r < 0)
                return r;
        const Record record = {
                .actor = actor, .action = "apps:destroy", .subject = subject, .status = "succeeded"};
        r = catalog_destroy_app(&e->catalog, s, &record, error);
        if (r < 0)
                return r;
        (void) routing_update(e, NULL);
        /* Until that is over, the running worker treats requests of its backend as it wanted them. */
        if (routing_reload_is_due(e))
                (void) strv_append(&e->router_stale, backend);
        /* Its servers leave its backend before another application gets that. */
        (void) routing_sync(e, NULL);
        (void) readers_write(e);
        r = hostfiles_set_aside(name, id);
        fault_point("destroy:aside");
        if (r < 0)
                log_error(r, "%s: cannot set its files aside", name);
        if (e->observer.app_removed)
                e->observer.app_removed(e->observer.userdata, name);
        AppWorld *w = world_find(e, name);
        if (w)
                end_launches(w);
        return 0;
}

static AppState *owner_of_domain(Engine *e, const char *domain)
{
        for (size_t i = 0; i < e->catalog.n_apps; i++)
                if (strv_contains(e->catalog.apps[i]->domains, domain))
                        return e->catalog.apps[i];
        return NULL;
}

/* Names below the base domain belong to the applications of that name. */
static bool is_below_base(Engine *e, const char *name)
{
        const char *base = e->catalog.base_domain;
        return base && (streq(name, base) ||
                        (text_ends_with(name, base) && name[strlen(name) - strlen(base) - 1] == '.'));
}

bool apps_domain_is_free(Engine *e, const char *domain)
{
        return !is_below_base(e, domain) && !owner_of_domain(e, domain);
}

static int commit_domains(Engine *e, AppState *s, char *const *domains, const char *action,
                          const char *domain, const Actor *actor, Error *error)
{
        _cleanup_free_ char *subject = NULL;
        if (asprintf(&subject, "%s %s", streq(action, "domains:add") ? "Add domain" : "Remove domain",
                     domain) < 0)
                return -ENOMEM;
        const Record record = {.actor = actor, .action = action, .subject = subject, .status = "succeeded"};
        const AppChange change = {.domains = domains, .set_domains = true};
        return catalog_change_app(&e->catalog, s, &change, &record, error);
}

int apps_add_domain(Engine *e, AppState *s, const char *domain, const Actor *actor, Error *error)
{
        _cleanup_free_ char *name = NULL;
        _cleanup_strv_ char **domains = NULL;
        int r = domain_check(domain, &name, error);
        if (r < 0)
                return r;
        if (is_below_base(e, name))
                return error_set(error, -EINVAL,
                                 "%s is below %s, whose names belong to the applications of that name.",
                                 name, e->catalog.base_domain);
        AppState *owner = owner_of_domain(e, name);
        if (owner)
                return error_set(error, -EEXIST, "%s belongs to %s already.", name, owner->app.name);

        STRV_FOREACH(d, s->domains)
                if (r >= 0)
                        r = strv_append(&domains, *d);
        if (r >= 0)
                r = strv_append(&domains, name);
        if (r < 0)
                return r;
        strv_sort(domains);
        r = commit_domains(e, s, domains, "domains:add", name, actor, error);
        return r < 0 ? r : routing_update(e, error);
}

int apps_remove_domain(Engine *e, AppState *s, const char *domain, const Actor *actor, Error *error)
{
        _cleanup_strv_ char **domains = NULL;
        int r = 0;
        if (!strv_contains(s->domains, domain))
                r = error_set(error, -ENOENT, "%s has no domain %s (see paas domains -a %s)", s->app.name,
                              domain, s->app.name);
        STRV_FOREACH(d, s->domains)
                if (r >= 0 && !streq(*d, domain))
                        r = strv_append(&domains, *d);
        if (r >= 0)
                r = commit_domains(e, s, domains, "domains:remove", domain, actor, error);
        if (r >= 0)
                r = routing_update(e, error);
        return r;
}

static int change_lock(Engine *e, AppState *s, const AppLock *lock, const Record *record, Error *error)
{
        const AppChange change = {.lock = lock, .set_lock = true};
        int r = catalog_change_app(&e->catalog, s, &change, record, error);
        if (r >= 0)
                job_run_queue(e); /* who waits is told, or goes on */
        return r;
}

int apps_lock(Engine *e, AppState *s, const char *reason, const Actor *actor, Error *error)
{
        _cleanup_app_lock_ AppLock lock = APP_LOCK_NULL;
        if (s->lock.by)
                return error_set(error, -EEXIST, "%s is locked already, by %s: %s", s->app.name, s->lock.by,
                                 s->lock.reason);
        int r = app_lock_check_reason(reason, error);
        if (r >= 0)
                r = text_replace(&lock.by, actor->name);
        if (r >= 0)
                r = text_replace(&lock.reason, reason);
        if (r < 0)
                return r;
        lock.since = clock_realtime() / USEC_PER_SEC * USEC_PER_SEC;
        const Record record = {.actor = actor, .action = "apps:lock", .subject = "Locked", .reason = reason};
        return change_lock(e, s, &lock, &record, error);
}

int apps_unlock(Engine *e, AppState *s, const Actor *actor, Error *error)
{
        if (!s->lock.by)
                return error_set(error, -ENOENT, "%s is not locked", s->app.name);
        const Record record = {.actor = actor, .action = "apps:unlock", .subject = "Unlocked"};
        return change_lock(e, s, NULL, &record, error);
}
