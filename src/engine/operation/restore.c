/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/operation/restore.h"

#include <errno.h>
#include <string.h>

#include "basic/clock.h"
#include "basic/log.h"
#include "basic/strv.h"
#include "basic/text.h"
#include "engine/access/readers.h"
#include "engine/fault.h"
#include "engine/hostfiles.h"
#include "engine/operation/adjust.h"
#include "engine/operation/apps.h"
#include "engine/traffic/routing.h"
#include "model/name.h"

#define USEC_PER_DAY (86400 * USEC_PER_SEC)

uint64_t restore_until(const Engine *e, const GoneApp *g)
{
        return g->destroyed + e->settings.destroyed_keep_days * USEC_PER_DAY;
}

static int ambiguous(Engine *e, const char *name, Error *error)
{
        _cleanup_free_ char *list = strdup("");
        for (size_t i = 0; list && i < e->catalog.n_gone; i++) {
                const GoneApp *g = &e->catalog.gone[i];
                char *longer = NULL, when[CLOCK_TEXT_SIZE];
                if (!streq(g->app.name, name) || !hostfiles_are_aside(g->app.id))
                        continue;
                clock_format(g->destroyed, when);
                if (asprintf(&longer, "%s\n  paas apps:restore %s   (destroyed %.19s)", list, g->app.id,
                             when) < 0)
                        longer = NULL;
                free(list);
                list = longer;
        }
        return error_set(error, -EEXIST, "Several applications \"%s\" were destroyed. Say which one:%s",
                         name, list ? list : "");
}

int restore_find(Engine *e, const char *what, GoneApp **ret, Error *error)
{
        GoneApp *found = NULL;
        bool forgotten = false;
        for (size_t i = 0; i < e->catalog.n_gone; i++) {
                GoneApp *g = &e->catalog.gone[i];
                if (!streq(g->app.id, what) && !streq(g->app.name, what))
                        continue;
                if (!hostfiles_are_aside(g->app.id)) {
                        forgotten = true;
                        continue;
                }
                if (found)
                        return ambiguous(e, what, error);
                found = g;
        }
        if (!found && forgotten)
                return error_set(
                        error, -ENOENT,
                        "The files of the destroyed application \"%s\" are gone for good; its history "
                        "stays in the state repository.",
                        what);
        if (!found)
                return error_set(
                        error, -ENOENT,
                        "No application \"%s\" was destroyed. `paas apps --destroyed` lists those that "
                        "can be restored.",
                        what);
        *ret = found;
        return 0;
}

static int check_name(Engine *e, const GoneApp *g, const char *name, Error *error)
{
        int r = app_name_check(name, error);
        if (r < 0)
                return r;
        if (catalog_find_app(&e->catalog, name))
                return error_set(
                        error, -EEXIST,
                        "There is an application \"%s\" already. Restore this one under another name: "
                        "paas apps:restore %s --as NEWNAME",
                        name, g->app.id);
        if (hostfiles_are_home(name))
                return error_set(
                        error, -EBUSY,
                        "There are files of an earlier application \"%s\" that could not be set aside. "
                        "Restore this one under another name: paas apps:restore %s --as NEWNAME",
                        name, g->app.id);
        for (size_t i = 0; i < e->catalog.n_apps; i++)
                if (e->catalog.apps[i]->app.run_uid == g->app.run_uid)
                        return error_set(error, -EBUSY, "Its user %u belongs to %s by now.",
                                         (unsigned) g->app.run_uid, e->catalog.apps[i]->app.name);
        return 0;
}

/* Those that are still free, and those that are not. */
static int sort_domains(Engine *e, char *const *domains, char ***ret_free, char ***ret_taken)
{
        int r = 0;
        for (char *const *d = domains; r >= 0 && d && *d; d++)
                r = strv_append(apps_domain_is_free(e, *d) ? ret_free : ret_taken, *d);
        return r;
}

static int record(Engine *e, GoneApp *g, const char *name, char *const *domains, const Actor *actor,
                  Error *error)
{
        _cleanup_free_ char *subject = NULL;
        char backend[32], *own_name = strdup(name);
        if (!own_name || asprintf(&subject, "Restore %s", name) < 0) {
                free(own_name);
                return -ENOMEM;
        }
        snprintf(backend, sizeof(backend), "pool_%u", routing_next_backend(e));
        App app = g->app; /* shallow: name and backend differ */
        app.name = own_name;
        app.backend = backend;
        const Record what = {
                .actor = actor, .action = "apps:restore", .subject = subject, .status = "succeeded"};
        int r = catalog_record_restore(&e->catalog, g, &app, domains, &what, error);
        free(own_name);
        return r;
}

/* Everything after the record, which decides. */
static int carry_out(Engine *e, const char *id, const char *name, AppState **ret, Error *error)
{
        fault_point("restore:recorded");
        int r = hostfiles_bring_back(name, id);
        fault_point("restore:files");
        if (r < 0)
                return error_set(error, r, "cannot bring its files back: %s", strerror(-r));
        r = catalog_finish_restore(e->store, id, name, error);
        if (r >= 0)
                r = catalog_take_restored(&e->catalog, id, name, ret, error);
        return r < 0 ? r : readers_write(e);
}

int restore_app(Engine *e, GoneApp *g, const char *as, const Actor *actor, AppState **ret, Job **ret_job,
                char ***ret_taken, Error *error)
{
        _cleanup_free_ char *name = strdup(as && *as ? as : g->app.name), *id = strdup(g->app.id),
                            *ref = NULL;
        _cleanup_(app_state_freep) AppState *before = NULL;
        _cleanup_strv_ char **domains = NULL, **taken = NULL;
        AppState *s;
        if (!name || !id || asprintf(&ref, "refs/paas/gone/%s", id) < 0)
                return -ENOMEM;
        int r = check_name(e, g, name, error);
        if (r >= 0)
                r = catalog_load_app(&e->catalog, ref, &before, error);
        if (r >= 0)
                r = sort_domains(e, before->domains, &domains, &taken);
        if (r >= 0)
                r = record(e, g, name, domains, actor, error);
        if (r < 0)
                return r;

        r = carry_out(e, id, name, &s, error);
        if (r >= 0)
                r = apps_make_ready(e, s, error);
        if (r >= 0)
                r = hostfiles_make_etc(s);
        if (r < 0)
                return error_prefix(
                        error, r,
                        "the restore of %s is recorded, and is tried again at the next start of paasd",
                        name);
        fault_point("restore:ready");
        *ret_job = NULL;
        if (s->release.slug)
                r = adjust_start(e, s, actor, ret_job, error);
        *ret = s;
        *ret_taken = TAKE_PTR(taken);
        return r;
}

static bool is_newest_of_its_name(const Catalog *c, const GoneApp *g)
{
        for (size_t i = 0; i < c->n_gone; i++)
                if (streq(c->gone[i].app.name, g->app.name) && c->gone[i].destroyed > g->destroyed)
                        return false;
        return true;
}

int restore_heal(Engine *e, Error *error)
{
        Catalog *c = &e->catalog;
        int r = 0;
        for (size_t i = c->n_apps; r >= 0 && i-- > 0;)
                if (catalog_newest_is(e->store, c->apps[i]->head, "apps:destroy"))
                        r = catalog_finish_destroy(c, c->apps[i], error);
        for (size_t i = 0; r >= 0 && i < c->n_apps; i++)
                if (hostfiles_are_aside(c->apps[i]->app.id))
                        r = hostfiles_bring_back(c->apps[i]->app.name, c->apps[i]->app.id);
        for (size_t i = 0; r >= 0 && i < c->n_gone; i++) {
                const App *app = &c->gone[i].app;
                if (!catalog_find_app(c, app->name) && hostfiles_are_home(app->name) &&
                    is_newest_of_its_name(c, &c->gone[i]))
                        r = hostfiles_set_aside(app->name, app->id);
        }
        return r < 0 ? error_prefix(error, r,
                                    "cannot put the files of destroyed applications in their place")
                     : 0;
}
