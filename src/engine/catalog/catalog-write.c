/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>

#include "basic/buffer.h"
#include "basic/strv.h"
#include "basic/text.h"
#include "engine/catalog/catalog-load.h"
#include "engine/catalog/catalog.h"

#define MAX_FILES 10

bool catalog_uid_is_free(uid_t uid)
{
        return !getpwuid(uid) && !getgrgid(uid);
}

/* A trailer is one line: what came from outside must not be able to write a second one. */
static int add_trailer(char ***trailers, const char *name, const char *value)
{
        _cleanup_free_ char *line = NULL;
        if (!*value)
                return 0;
        if (asprintf(&line, "%s: %s", name, value) < 0)
                return -ENOMEM;
        for (char *p = line; *p; p++)
                if ((unsigned char) *p < ' ' || *p == 0x7f)
                        *p = ' ';
        return strv_append(trailers, line);
}

static int make_trailers(const Record *record, char ***ret)
{
        _cleanup_strv_ char **trailers = NULL;
        char number[32];

        int r = add_trailer(&trailers, "Action", record->action);
        if (r >= 0 && record->version > 0) {
                snprintf(number, sizeof(number), "v%llu", (unsigned long long) record->version);
                r = add_trailer(&trailers, "Release", number);
        }
        if (r >= 0 && record->operation > 0) {
                snprintf(number, sizeof(number), "%llu", (unsigned long long) record->operation);
                r = add_trailer(&trailers, "Operation", number);
        }
        if (r >= 0 && record->actor->request)
                r = add_trailer(&trailers, "Request-Id", record->actor->request);
        if (r >= 0 && record->actor->from)
                r = add_trailer(&trailers, "From", record->actor->from);
        if (r >= 0 && record->count > 1) {
                snprintf(number, sizeof(number), "%u", record->count);
                r = add_trailer(&trailers, "Count", number);
        }
        if (r >= 0 && record->status)
                r = add_trailer(&trailers, "Status", record->status);
        if (r >= 0 && record->reason)
                r = add_trailer(&trailers, "Reason", record->reason);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(trailers);
        return 0;
}

int catalog_commit(Catalog *c, StoreChange *change, const Record *record, char ret_id[STORE_ID_SIZE],
                   Error *e)
{
        _cleanup_strv_ char **trailers = NULL;
        int r = make_trailers(record, &trailers);
        if (r < 0)
                return r;

        change->author = record->actor->name;
        change->email = record->actor->email ? record->actor->email : "";
        change->subject = record->subject;
        change->trailers = trailers;
        r = store_commit(c->store, change, ret_id, e);
        if (r < 0)
                return error_prefix(e, r, "cannot record \"%s\"", record->subject);
        const char *app = text_after(change->ref, "refs/paas/app/");
        if (!app)
                app = text_after(change->ref, "refs/paas/release/");
        if (c->recorded)
                c->recorded(c->userdata, app, record);
        return 0;
}

typedef struct FileSet {
        StoreFile files[MAX_FILES];
        char *texts[MAX_FILES]; /* owned */
        size_t n;
} FileSet;

static void file_set_clear(FileSet *s)
{
        for (size_t i = 0; i < s->n; i++)
                free(s->texts[i]);
}

/* NULL: the file is removed. */
static void file_set_add(FileSet *s, const char *path, char *text)
{
        s->texts[s->n] = text;
        s->files[s->n++] = (StoreFile){.path = path, .data = text, .length = text ? strlen(text) : 0};
}

static int file_set_copy(FileSet *s, const char *path, const char *text)
{
        char *copy = strdup(text);
        if (!copy)
                return -ENOMEM;
        file_set_add(s, path, copy);
        return 0;
}

static int make_files(const AppChange *change, FileSet *set)
{
        char *text;
        int r;

        if (change->app) {
                r = app_format(change->app, &text);
                if (r < 0)
                        return r;
                file_set_add(set, "app", text);
        }
        if (change->formation) {
                r = formation_format(change->formation, &text);
                if (r < 0)
                        return r;
                file_set_add(set, "formation", text);
        }
        if (change->set_domains) {
                r = domains_format(change->domains, &text);
                if (r < 0)
                        return r;
                file_set_add(set, "domains", text);
        }
        if (change->access) {
                r = access_format(change->access, &text);
                if (r < 0)
                        return r;
                file_set_add(set, "access", text);
        }
        if (change->settings) {
                r = app_settings_format(change->settings, &text);
                if (r < 0)
                        return r;
                file_set_add(set, "settings", text);
        }
        if (change->current) {
                r = file_set_copy(set, "current", change->current);
                if (r < 0)
                        return r;
        }
        if (change->set_lock) {
                text = NULL;
                r = change->lock ? app_lock_format(change->lock, &text) : 0;
                if (r < 0)
                        return r;
                file_set_add(set, "lock", text);
        }
        if (change->recorded && change->recorded[0])
                return file_set_copy(set, "recorded", change->recorded);
        if (change->recorded)
                file_set_add(set, "recorded", NULL);
        return 0;
}

static char *app_ref(const char *name)
{
        char *ref = NULL;
        return asprintf(&ref, "refs/paas/app/%s", name) < 0 ? NULL : ref;
}

/* By way of its own text: what is in memory is then exactly what a restart would read. */
static int copy_app(const App *app, App *ret)
{
        _cleanup_free_ char *text = NULL;
        int r = app_format(app, &text);
        return r < 0 ? r : app_parse(text, strlen(text), ret, NULL);
}

static int copy_lock(const AppLock *lock, AppLock *ret)
{
        _cleanup_free_ char *text = NULL;
        int r = app_lock_format(lock, &text);
        return r < 0 ? r : app_lock_parse(text, strlen(text), ret, NULL);
}

static int copy_domains(char *const *domains, char ***ret)
{
        _cleanup_strv_ char **copy = NULL;
        for (char *const *d = domains; d && *d; d++) {
                int r = strv_append(&copy, *d);
                if (r < 0)
                        return r;
        }
        *ret = TAKE_PTR(copy);
        return 0;
}

int catalog_commit_files(Catalog *c, const char *ref, const char *expected, const AppChange *change,
                         const Record *record, char ret_head[STORE_ID_SIZE], Error *e)
{
        _cleanup_(file_set_clear) FileSet set = {0};
        int r = make_files(change, &set);
        if (r < 0)
                return r;
        StoreChange store_change = {.ref = ref, .expected = expected, .files = set.files, .n_files = set.n};
        return catalog_commit(c, &store_change, record, ret_head, e);
}

typedef struct Prepared { /* the new values, before the commit that makes them true */
        App app;
        Formation formation;
        char **domains;
        Access access;
        AppSettings settings;
        AppLock lock;
        Release release;
        Procfile procfile;
} Prepared;

static void prepared_clear(Prepared *p)
{
        app_clear(&p->app);
        formation_clear(&p->formation);
        strv_free(p->domains);
        access_clear(&p->access);
        app_settings_clear(&p->settings);
        app_lock_clear(&p->lock);
        release_clear(&p->release);
        procfile_clear(&p->procfile);
}

static int prepare(Catalog *c, const AppChange *change, Prepared *p, Error *e)
{
        int r = change->app ? copy_app(change->app, &p->app) : 0;
        if (r >= 0 && change->formation)
                r = formation_copy(change->formation, &p->formation);
        if (r >= 0 && change->set_domains)
                r = copy_domains(change->domains, &p->domains);
        if (r >= 0 && change->access)
                r = access_copy(change->access, &p->access);
        if (r >= 0 && change->settings)
                r = app_settings_copy(change->settings, &p->settings);
        if (r >= 0 && change->set_lock && change->lock)
                r = copy_lock(change->lock, &p->lock);
        if (r >= 0 && change->current)
                r = catalog_read_release(c, change->current, &p->release, &p->procfile, e);
        return r;
}

#define SWAP(a, b)                                                                                          \
  do {                                                                                                      \
    typeof(a) _old = (a);                                                                                   \
    (a) = (b);                                                                                              \
    (b) = _old;                                                                                             \
  } while (0)

int catalog_change_app(Catalog *c, AppState *s, const AppChange *change, const Record *record, Error *e)
{
        _cleanup_(prepared_clear) Prepared p = {0};
        int r = prepare(c, change, &p, e);
        if (r < 0)
                return r;

        _cleanup_free_ char *ref = app_ref(s->app.name);
        r = ref ? catalog_commit_files(c, ref, s->head, change, record, s->head, e) : -ENOMEM;
        if (r < 0)
                return r;

        /* From here on nothing can fail: memory follows the commit. */
        if (change->app)
                SWAP(s->app, p.app);
        if (change->formation)
                SWAP(s->formation, p.formation);
        if (change->set_domains)
                SWAP(s->domains, p.domains);
        if (change->access)
                SWAP(s->access, p.access);
        if (change->settings)
                SWAP(s->settings, p.settings);
        if (change->set_lock)
                SWAP(s->lock, p.lock);
        if (change->current) {
                memcpy(s->current, change->current, STORE_ID_SIZE);
                SWAP(s->release, p.release);
                SWAP(s->procfile, p.procfile);
        }
        if (change->recorded)
                snprintf(s->recorded, sizeof(s->recorded), "%s", change->recorded);
        return 0;
}

int catalog_create_app(Catalog *c, App *app, const Record *record, AppState **ret, Error *e)
{
        if (catalog_find_app(c, app->name))
                return error_set(e, -EEXIST, "There is an application \"%s\" already. Choose another name.",
                                 app->name);

        _cleanup_free_ AppState *s = calloc(1, sizeof(AppState));
        _cleanup_free_ char *ref = app_ref(app->name);
        if (!s || !ref)
                return -ENOMEM;
        Formation formation = FORMATION_NULL;
        const AppChange change = {.app = app, .formation = &formation, .set_domains = true};
        int r = catalog_commit_files(c, ref, NULL, &change, record, s->head, e);
        if (r < 0)
                return r;
        s->app = *app;
        s->settings.host = c->host;
        r = catalog_insert_app(c, s);
        if (r < 0)
                return r;
        *app = APP_NULL;
        *ret = TAKE_PTR(s);
        return 0;
}

int catalog_commit_release(Catalog *c, AppState *s, const char *base, const StoreFile *files, size_t n_files,
                           const Release *release, const Record *record, char ret_commit[STORE_ID_SIZE],
                           Error *e)
{
        _cleanup_free_ char *ref = NULL, *text = NULL;
        if (asprintf(&ref, "refs/paas/release/%s", s->app.name) < 0)
                return -ENOMEM;
        int r = release_format(release, &text);
        if (r < 0)
                return r;
        _cleanup_free_ StoreFile *all = calloc(n_files + 1, sizeof(StoreFile));
        if (!all)
                return -ENOMEM;
        if (n_files > 0)
                memcpy(all, files, n_files * sizeof(StoreFile));
        all[n_files] = (StoreFile){.path = "release", .data = text, .length = strlen(text)};

        StoreChange change = {
                .ref = ref,
                .expected = s->release_head[0] ? s->release_head : NULL,
                .tree_of = base,
                .empty_tree = !base,
                .files = all,
                .n_files = n_files + 1,
        };
        char commit_id[STORE_ID_SIZE];
        r = catalog_commit(c, &change, record, commit_id, e);
        if (r < 0)
                return r;
        memcpy(s->release_head, commit_id, STORE_ID_SIZE);
        memcpy(ret_commit, commit_id, STORE_ID_SIZE);
        s->last_version = release->version;
        if (release->slug) {
                memcpy(s->built, commit_id, STORE_ID_SIZE);
                s->built_known = true;
        }
        return 0;
}

int catalog_write_user(Catalog *c, User *user, const Record *record, Error *e)
{
        _cleanup_free_ char *ref = NULL, *text = NULL;
        if (asprintf(&ref, "refs/paas/user/%s", user->name) < 0)
                return -ENOMEM;
        int r = user_format(user, &text);
        if (r < 0)
                return r;

        UserState *s = catalog_find_user(c, user->name);
        StoreFile file = {.path = "user", .data = text, .length = strlen(text)};
        StoreChange change = {.ref = ref, .expected = s ? s->head : NULL, .files = &file, .n_files = 1};
        char head[STORE_ID_SIZE];
        r = catalog_commit(c, &change, record, head, e);
        if (r < 0)
                return r;
        return catalog_insert_user(c, user, head);
}

int catalog_note(Catalog *c, const Record *record, Error *e)
{
        StoreChange change = {.ref = "refs/paas/audit", .expected = c->audit_head[0] ? c->audit_head : NULL};
        return catalog_commit(c, &change, record, c->audit_head, e);
}

int catalog_set_base_domain(Catalog *c, const char *domain, const Record *record, Error *e)
{
        StoreFile file = {.path = "base-domain", .data = domain, .length = strlen(domain)};
        StoreChange change = {.ref = "refs/paas/host",
                              .expected = c->host_head[0] ? c->host_head : NULL,
                              .files = &file,
                              .n_files = 1};
        int r = catalog_commit(c, &change, record, c->host_head, e);
        if (r < 0)
                return r;
        return text_replace(&c->base_domain, domain);
}
