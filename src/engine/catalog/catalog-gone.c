/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Destroyed applications. To destroy one is a commit on its ref that says so, and then the ref and its
 * releases go to refs/paas/gone*; to restore it is a commit there, and then they come back. The commit
 * decides: what is left to do behind it is done at the next start.
 */

#include <errno.h>
#include <string.h>

#include "basic/log.h"
#include "basic/strv.h"
#include "basic/text.h"
#include "engine/catalog/catalog-load.h"
#include "engine/catalog/catalog.h"
#include "engine/fault.h"

#define GONE "refs/paas/gone/"
#define APP_FILE_MAX (1024 * 1024)

void gone_app_clear(GoneApp *g)
{
        app_clear(&g->app);
        free(g->actor);
        *g = (GoneApp){0};
}

static bool is_done(const StoreEntry *entry, const char *action)
{
        _cleanup_free_ char *what = store_entry_trailer(entry, "Action"),
                            *status = store_entry_trailer(entry, "Status");
        return text_equal(what, action) && text_equal(status, "succeeded");
}

typedef struct Newest {
        const char *action;
        bool is;
} Newest;

static int look_at_newest(void *userdata, const StoreEntry *entry)
{
        Newest *n = userdata;
        n->is = is_done(entry, n->action);
        return 1;
}

bool catalog_newest_is(Store *store, const char *head, const char *action)
{
        Newest n = {.action = action};
        return store_log(store, head, look_at_newest, &n) >= 0 && n.is;
}

static int find_destruction(void *userdata, const StoreEntry *entry)
{
        GoneApp *g = userdata;
        if (!is_done(entry, "apps:destroy"))
                return 0;
        g->destroyed = entry->time;
        int r = text_replace(&g->actor, entry->author);
        return r < 0 ? r : 1;
}

static int load_gone(Catalog *c, const char *ref, Error *e)
{
        _cleanup_(gone_app_clear) GoneApp g = {0};
        _cleanup_free_ char *text = NULL;
        size_t n;
        int r = store_resolve(c->store, ref, g.head);
        if (r >= 0)
                r = store_read(c->store, g.head, "app", APP_FILE_MAX, &text, &n);
        if (r >= 0)
                r = app_parse(text, n, &g.app, e);
        if (r >= 0)
                r = store_log(c->store, g.head, find_destruction, &g);
        if (r < 0)
                return error_prefix(e, r, "%s", ref);

        GoneApp *longer = reallocarray(c->gone, c->n_gone + 1, sizeof(GoneApp));
        if (!longer)
                return -ENOMEM;
        c->gone = longer;
        c->gone[c->n_gone++] = g;
        g = (GoneApp){0};
        return 0;
}

int catalog_load_gone(Catalog *c, Error *e)
{
        _cleanup_strv_ char **refs = NULL;
        int r = store_list_refs(c->store, GONE, &refs);
        STRV_FOREACH(ref, refs)
                if (r >= 0)
                        r = load_gone(c, *ref, e);
        return r;
}

GoneApp *catalog_find_gone(Catalog *c, const char *id)
{
        for (size_t i = 0; i < c->n_gone; i++)
                if (streq(c->gone[i].app.id, id))
                        return &c->gone[i];
        return NULL;
}

static void remove_gone(Catalog *c, const char *id)
{
        GoneApp *g = catalog_find_gone(c, id);
        if (!g)
                return;
        gone_app_clear(g);
        *g = c->gone[--c->n_gone];
}

int catalog_finish_destroy(Catalog *c, AppState *s, Error *e)
{
        _cleanup_free_ char *ref = NULL, *gone = NULL, *release = NULL, *gone_release = NULL;
        if (asprintf(&ref, "refs/paas/app/%s", s->app.name) < 0 ||
            asprintf(&gone, GONE "%s", s->app.id) < 0 ||
            asprintf(&release, "refs/paas/release/%s", s->app.name) < 0 ||
            asprintf(&gone_release, "refs/paas/gone-release/%s", s->app.id) < 0)
                return -ENOMEM;

        /* The releases first: an application without its ref must not leave a chain under its name, which
         * a new application of that name would go on with. */
        int r = s->release_head[0] ? store_rename_ref(c->store, release, gone_release, s->release_head, e)
                                   : 0;
        fault_point("destroy:releases");
        if (r >= 0)
                r = store_rename_ref(c->store, ref, gone, s->head, e);
        fault_point("destroy:renamed");
        if (r < 0)
                return r;
        catalog_remove_app(c, s);
        return load_gone(c, gone, e);
}

int catalog_destroy_app(Catalog *c, AppState *s, const Record *record, Error *e)
{
        const AppChange nothing = {0};
        int r = catalog_change_app(c, s, &nothing, record, e);
        fault_point("destroy:recorded");
        return r < 0 ? r : catalog_finish_destroy(c, s, e);
}

int catalog_record_restore(Catalog *c, GoneApp *g, const App *app, char *const *domains,
                           const Record *record, Error *e)
{
        _cleanup_free_ char *ref = NULL;
        const AppChange change = {.app = app, .domains = domains, .set_domains = true};
        if (asprintf(&ref, GONE "%s", g->app.id) < 0)
                return -ENOMEM;
        return catalog_commit_files(c, ref, g->head, &change, record, g->head, e);
}

int catalog_finish_restore(Store *store, const char *id, const char *name, Error *e)
{
        _cleanup_free_ char *ref = NULL, *gone = NULL, *release = NULL, *gone_release = NULL;
        char head[STORE_ID_SIZE];
        if (asprintf(&ref, "refs/paas/app/%s", name) < 0 || asprintf(&gone, GONE "%s", id) < 0 ||
            asprintf(&release, "refs/paas/release/%s", name) < 0 ||
            asprintf(&gone_release, "refs/paas/gone-release/%s", id) < 0)
                return -ENOMEM;

        int r = store_resolve(store, gone_release, head);
        if (r >= 0)
                r = store_rename_ref(store, gone_release, release, head, e);
        else if (r == -ENOENT) /* it had none, or they have come back already */
                r = 0;
        fault_point("restore:releases");
        if (r >= 0)
                r = store_resolve(store, gone, head);
        if (r >= 0)
                r = store_rename_ref(store, gone, ref, head, e);
        fault_point("restore:renamed");
        return r;
}

int catalog_take_restored(Catalog *c, const char *id, const char *name, AppState **ret, Error *e)
{
        _cleanup_free_ char *ref = NULL;
        AppState *s;
        if (asprintf(&ref, "refs/paas/app/%s", name) < 0)
                return -ENOMEM;
        int r = catalog_load_app(c, ref, &s, e);
        if (r < 0)
                return r;
        r = catalog_insert_app(c, s);
        if (r < 0) {
                app_state_free(s);
                return r;
        }
        remove_gone(c, id);
        *ret = s;
        return 0;
}

static int find_name(Store *store, const char *ref, char **ret, Error *e)
{
        _cleanup_app_ App app = APP_NULL;
        _cleanup_free_ char *text = NULL;
        char head[STORE_ID_SIZE];
        size_t n;
        *ret = NULL;
        int r = store_resolve(store, ref, head);
        if (r < 0 || !catalog_newest_is(store, head, "apps:restore"))
                return r;
        r = store_read(store, head, "app", APP_FILE_MAX, &text, &n);
        if (r >= 0)
                r = app_parse(text, n, &app, e);
        if (r >= 0)
                *ret = TAKE_PTR(app.name);
        return r;
}

void catalog_finish_restores(Store *store, int (*bring_back)(const char *app, const char *id))
{
        _cleanup_strv_ char **refs = NULL;
        int r = store_list_refs(store, GONE, &refs);
        if (r < 0)
                log_error(r, "cannot list the destroyed applications");
        STRV_FOREACH(ref, refs) {
                _cleanup_error_ Error error = ERROR_NULL;
                _cleanup_free_ char *name = NULL;
                const char *id = text_after(*ref, GONE);
                r = find_name(store, *ref, &name, &error);
                if (r >= 0 && name)
                        r = bring_back(name, id);
                if (r >= 0 && name)
                        r = catalog_finish_restore(store, id, name, &error);
                if (r < 0)
                        log_error(0, "%s: its restore cannot be finished: %s", *ref, error_text(&error, r));
        }
}
