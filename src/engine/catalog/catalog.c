/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/catalog/catalog.h"

#include <errno.h>
#include <string.h>

#include "basic/strv.h"
#include "basic/text.h"
#include "engine/catalog/catalog-load.h"
#include "engine/catalog/history.h"
#include "engine/cleanup/retention.h"
#include "model/name.h"

#define STATE_FILE_MAX (1024 * 1024)

AppState *app_state_free(AppState *s)
{
        if (!s)
                return NULL;
        app_clear(&s->app);
        formation_clear(&s->formation);
        strv_free(s->domains);
        access_clear(&s->access);
        app_settings_clear(&s->settings);
        app_lock_clear(&s->lock);
        release_clear(&s->release);
        procfile_clear(&s->procfile);
        free(s);
        return NULL;
}
static UserState *user_state_free(UserState *s)
{
        if (!s)
                return NULL;
        user_clear(&s->user);
        free(s);
        return NULL;
}
DEFINE_CLEANUP(UserState *, user_state_free)

static int read_release_chain(Catalog *c, AppState *s)
{
        _cleanup_free_ char *ref = NULL;
        if (asprintf(&ref, "refs/paas/release/%s", s->app.name) < 0)
                return -ENOMEM;
        int r = store_resolve(c->store, ref, s->release_head);
        if (r == -ENOENT)
                return 0;
        if (r < 0)
                return r;
        return history_last_version(c->store, s->release_head, &s->last_version);
}

/* "" when there is no such file. */
static int read_commit_id(Catalog *c, const AppState *s, const char *path, char ret[STORE_ID_SIZE], Error *e)
{
        _cleanup_free_ char *text = NULL;
        size_t n;
        int r = store_read(c->store, s->head, path, STORE_ID_SIZE, &text, &n);
        if (r == -ENOENT)
                return 0;
        if (r < 0 || n != STORE_ID_SIZE - 1)
                return error_set(e, r < 0 ? r : -EBADMSG, "%s: not the id of a commit", path);
        memcpy(ret, text, STORE_ID_SIZE);
        return 0;
}

static int read_lock(Catalog *c, AppState *s, Error *e)
{
        _cleanup_free_ char *text = NULL;
        size_t n;
        int r = store_read(c->store, s->head, "lock", STATE_FILE_MAX, &text, &n);
        if (r >= 0)
                r = app_lock_parse(text, n, &s->lock, e);
        return r == -ENOENT ? 0 : r < 0 ? error_prefix(e, r, "lock") : 0;
}

static int read_settings(Catalog *c, AppState *s, Error *e)
{
        _cleanup_free_ char *text = NULL;
        size_t n;
        int r = store_read(c->store, s->head, "settings", STATE_FILE_MAX, &text, &n);
        if (r >= 0)
                r = app_settings_parse(text, n, &s->settings, e);
        s->settings.host = c->host;
        return r == -ENOENT ? 0 : r < 0 ? error_prefix(e, r, "settings") : 0;
}

static int load_files(Catalog *c, AppState *s, const char *ref, Error *e)
{
        _cleanup_free_ char *app = NULL, *formation = NULL, *domains = NULL, *access = NULL;
        size_t n;
        int r = store_read(c->store, s->head, "app", STATE_FILE_MAX, &app, &n);
        if (r >= 0)
                r = app_parse(app, n, &s->app, e);
        if (r < 0)
                return error_prefix(e, r, "%s: app", ref);

        r = store_read(c->store, s->head, "formation", STATE_FILE_MAX, &formation, &n);
        if (r >= 0)
                r = formation_parse(formation, n, &s->formation, e);
        if (r < 0 && r != -ENOENT)
                return error_prefix(e, r, "%s: formation", ref);

        r = store_read(c->store, s->head, "domains", STATE_FILE_MAX, &domains, &n);
        if (r >= 0)
                r = domains_parse(domains, n, &s->domains, e);
        if (r < 0 && r != -ENOENT)
                return error_prefix(e, r, "%s: domains", ref);

        r = store_read(c->store, s->head, "access", STATE_FILE_MAX, &access, &n);
        if (r >= 0)
                r = access_parse(access, n, &s->access, e);
        if (r < 0 && r != -ENOENT)
                return error_prefix(e, r, "%s: access", ref);

        r = read_settings(c, s, e);
        if (r >= 0)
                r = read_lock(c, s, e);
        if (r >= 0)
                r = read_commit_id(c, s, "recorded", s->recorded, e);
        if (r >= 0)
                r = read_commit_id(c, s, "current", s->current, e);
        if (r < 0)
                return error_prefix(e, r, "%s", ref);
        if (!s->current[0])
                return 0;
        return catalog_read_release(c, s->current, &s->release, &s->procfile, e);
}

int catalog_load_app(Catalog *c, const char *ref, AppState **ret, Error *e)
{
        _cleanup_(app_state_freep) AppState *s = calloc(1, sizeof(AppState));
        if (!s)
                return -ENOMEM;
        int r = store_resolve(c->store, ref, s->head);
        if (r >= 0)
                r = load_files(c, s, ref, e);
        if (r >= 0)
                r = read_release_chain(c, s);
        if (r >= 0)
                r = history_last_operation(c->store, s->head, s->release_head, &s->last_operation);
        if (r < 0)
                return error_prefix(e, r, "%s", ref);
        *ret = TAKE_PTR(s);
        return 0;
}

static int load_app(Catalog *c, const char *ref, Error *e)
{
        _cleanup_(app_state_freep) AppState *s = NULL;
        int r = catalog_load_app(c, ref, &s, e);
        if (r < 0)
                return r;
        AppState **longer = reallocarray(c->apps, c->n_apps + 1, sizeof(AppState *));
        if (!longer)
                return -ENOMEM;
        c->apps = longer;
        c->apps[c->n_apps++] = TAKE_PTR(s);
        return 0;
}

static int load_user(Catalog *c, const char *ref, Error *e)
{
        _cleanup_(user_state_freep) UserState *s = calloc(1, sizeof(UserState));
        if (!s)
                return -ENOMEM;
        _cleanup_free_ char *text = NULL;
        size_t n;
        int r = store_resolve(c->store, ref, s->head);
        if (r >= 0)
                r = store_read(c->store, s->head, "user", STATE_FILE_MAX, &text, &n);
        if (r >= 0)
                r = user_parse(text, n, &s->user, e);
        if (r < 0)
                return error_prefix(e, r, "%s", ref);

        UserState **longer = reallocarray(c->users, c->n_users + 1, sizeof(UserState *));
        if (!longer)
                return -ENOMEM;
        c->users = longer;
        c->users[c->n_users++] = TAKE_PTR(s);
        return 0;
}

static int load_host(Catalog *c)
{
        int r = store_resolve(c->store, "refs/paas/audit", c->audit_head);
        if (r < 0 && r != -ENOENT)
                return r;
        r = store_resolve(c->store, "refs/paas/host", c->host_head);
        if (r < 0)
                return r == -ENOENT ? 0 : r;
        size_t n;
        r = store_read(c->store, c->host_head, "base-domain", 512, &c->base_domain, &n);
        return r == -ENOENT ? 0 : r;
}

int catalog_load(Catalog *c, Store *store, const Settings *host, Error *e)
{
        *c = (Catalog){.store = store, .host = host};

        _cleanup_strv_ char **apps = NULL, **users = NULL;
        int r = store_list_refs(store, "refs/paas/app/", &apps);
        if (r >= 0)
                r = store_list_refs(store, "refs/paas/user/", &users);
        if (r >= 0)
                r = load_host(c);
        STRV_FOREACH(ref, apps)
                if (r >= 0)
                        r = load_app(c, *ref, e);
        STRV_FOREACH(ref, users)
                if (r >= 0)
                        r = load_user(c, *ref, e);
        if (r >= 0)
                r = catalog_load_teams(c, e);
        if (r >= 0)
                r = catalog_load_gone(c, e);
        return r < 0 ? r : catalog_load_pipelines(c, e);
}

void catalog_clear(Catalog *c)
{
        for (size_t i = 0; i < c->n_apps; i++)
                app_state_free(c->apps[i]);
        for (size_t i = 0; i < c->n_users; i++)
                user_state_free(c->users[i]);
        catalog_free_teams(c);
        catalog_clear_pipelines(c);
        for (size_t i = 0; i < c->n_gone; i++)
                gone_app_clear(&c->gone[i]);
        free(c->gone);
        free(c->apps);
        free(c->users);
        free(c->base_domain);
        *c = (Catalog){0};
}

const char *catalog_base(const AppState *s)
{
        return s->recorded[0] ? s->recorded : s->current[0] ? s->current : NULL;
}

AppState *catalog_find_app(Catalog *c, const char *name)
{
        for (size_t low = 0, high = c->n_apps; low < high;) {
                size_t middle = (low + high) / 2;
                int order = strcmp(name, c->apps[middle]->app.name);
                if (order == 0)
                        return c->apps[middle];
                if (order < 0)
                        high = middle;
                else
                        low = middle + 1;
        }
        return NULL;
}

UserState *catalog_find_user(const Catalog *c, const char *name)
{
        for (size_t i = 0; i < c->n_users; i++)
                if (streq(c->users[i]->user.name, name))
                        return c->users[i];
        return NULL;
}

UserState *catalog_find_key(Catalog *c, const char *fingerprint)
{
        for (size_t i = 0; i < c->n_users; i++)
                if (user_find_key(&c->users[i]->user, fingerprint))
                        return c->users[i];
        return NULL;
}

static bool is_free_pair(void *userdata, uid_t uid)
{
        const Catalog *c = userdata;
        for (size_t i = 0; i < c->n_apps; i++)
                if (c->apps[i]->app.run_uid == uid)
                        return false;
        return catalog_uid_is_free(uid) && catalog_uid_is_free(uid + 1);
}

int catalog_next_uid(const Catalog *c, uid_t *ret)
{
        _cleanup_free_ UidPast *past = calloc(c->n_gone + 1, sizeof(UidPast));
        if (!past)
                return -ENOMEM;
        for (size_t i = 0; i < c->n_gone; i++)
                past[i] = (UidPast){.uid = c->gone[i].app.run_uid, .freed = c->gone[i].destroyed};
        return retention_next_uid(past, c->n_gone, is_free_pair, (void *) c, ret);
}

unsigned catalog_next_backend(const Catalog *c, char *const *except)
{
        for (unsigned number = 0;; number++) {
                char name[32];
                snprintf(name, sizeof(name), "pool_%u", number);
                bool taken = strv_contains(except, name);
                for (size_t i = 0; i < c->n_apps && !taken; i++)
                        taken = text_equal(c->apps[i]->app.backend, name);
                if (!taken)
                        return number;
        }
}

int catalog_insert_app(Catalog *c, AppState *s)
{
        AppState **longer = reallocarray(c->apps, c->n_apps + 1, sizeof(AppState *));
        if (!longer)
                return -ENOMEM;
        c->apps = longer;

        size_t i = c->n_apps++;
        for (; i > 0 && strcmp(c->apps[i - 1]->app.name, s->app.name) > 0; i--)
                c->apps[i] = c->apps[i - 1];
        c->apps[i] = s;
        return 0;
}

void catalog_remove_app(Catalog *c, AppState *s)
{
        for (size_t i = 0; i < c->n_apps; i++) {
                if (c->apps[i] != s)
                        continue;
                memmove(&c->apps[i], &c->apps[i + 1], (c->n_apps - i - 1) * sizeof(AppState *));
                c->n_apps--;
                app_state_free(s);
                return;
        }
}

int catalog_insert_user(Catalog *c, User *user, const char *head)
{
        UserState *s = catalog_find_user(c, user->name);
        if (!s) {
                s = calloc(1, sizeof(UserState));
                UserState **longer = s ? reallocarray(c->users, c->n_users + 1, sizeof(UserState *)) : NULL;
                if (!longer) {
                        free(s);
                        return -ENOMEM;
                }
                c->users = longer;
                size_t i = c->n_users++;
                for (; i > 0 && strcmp(c->users[i - 1]->user.name, user->name) > 0; i--)
                        c->users[i] = c->users[i - 1];
                c->users[i] = s;
        }
        user_clear(&s->user);
        s->user = *user;
        *user = USER_NULL;
        memcpy(s->head, head, STORE_ID_SIZE);
        return 0;
}
