/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/cleanup/slugs.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "basic/log.h"
#include "basic/strv.h"
#include "basic/text.h"
#include "basic/uuid.h"
#include "engine/catalog/history.h"
#include "engine/cleanup/cleaner.h"
#include "engine/cleanup/retention.h"
#include "engine/hostfiles.h"
#include "engine/operation/job.h"
#include "engine/world/observation.h"
#include "model/paths.h"
#include "render/slugunit.h"

uid_t slugs_owner(const char *app, const char *slug, uid_t otherwise)
{
        char path[512];
        struct stat st;
        snprintf(path, sizeof(path), PAAS_SLUG "/app", app, slug);
        return lstat(path, &st) < 0 ? otherwise : st.st_uid;
}

/* A destroyed application's slugs were set aside. */
static bool is_stale(const AppWorld *w, const AppState *s, const MountedSlug *slug)
{
        char path[512];
        if (!s || !slug->id)
                return !s;
        snprintf(path, sizeof(path), PAAS_SLUG, w->app, slug->id);
        return access(path, F_OK) < 0;
}

/* A slug and the processes on it are of the same application: this one, or a destroyed one of its name. */
static bool is_used(AppWorld *w, const AppState *s, const MountedSlug *slug)
{
        bool stale = is_stale(w, s, slug);
        for (size_t i = 0; i < w->n_instances; i++)
                if (w->instances[i]->name.version == slug->version &&
                    instance_is_stale(w->instances[i], s) == stale)
                        return true;
        Job *j = job_standing_up(w->engine, w->app);
        return !stale && j &&
               (j->operation.version == slug->version || j->operation.kind == OPERATION_RESTART);
}

static void unmounted(void *userdata, int r, const char *text)
{
        AppWorld *w = userdata;
        w->slug_stop = unit_call_free(w->slug_stop);
        if (r < 0)
                log_warning(0, "%s: cannot unmount a slug: %s", w->app, text);
        world_observe(w);
}

void slugs_unmount_unused(AppWorld *w, const AppState *s)
{
        for (size_t i = 0; i < w->mounted.n && !w->slug_stop; i++) {
                if (is_used(w, s, &w->mounted.slugs[i]))
                        continue;
                _cleanup_free_ char *unit = render_slug_unit(w->app, w->mounted.slugs[i].version);
                if (!unit || units_stop(w->engine->units, unit, unmounted, w, &w->slug_stop) < 0)
                        return;
                if (!is_stale(w, s, &w->mounted.slugs[i])) /* that of a destroyed application went with it */
                        hostfiles_remove_environment(w->app, w->mounted.slugs[i].version);
        }
}

/* It may come to need slugs of `s` that it does not name. */
static bool may_need_more(const Job *j, const AppState *s)
{
        switch (j->operation.kind) {
        case OPERATION_DEPLOY:
        case OPERATION_CONFIG:
        case OPERATION_SCALE:
        case OPERATION_RESTART:
        case OPERATION_STOP:
        case OPERATION_PROMOTE: /* names the source's slug from its first record on */
        case _OPERATION_KIND_MAX:
                return false;
        case OPERATION_ROLLBACK:
        case OPERATION_RETRY:
                return streq(j->operation.app, s->app.name);
        }
        return false;
}

static int slugs_in_use(Engine *e, const AppState *s, char ***ret, bool *ret_held)
{
        _cleanup_strv_ char **list = NULL;
        AppWorld *w = world_find(e, s->app.name);
        int r = 0;
        *ret_held = !w || !e->started; /* nobody has looked yet what is mounted */
        for (size_t i = 0; r >= 0 && w && i < w->mounted.n; i++) {
                if (w->mounted.slugs[i].id)
                        r = strv_append(&list, w->mounted.slugs[i].id);
                else
                        *ret_held = true;
        }
        for (size_t i = 0; r >= 0 && i < e->catalog.n_apps; i++)
                if (e->catalog.apps[i]->release.slug)
                        r = strv_append(&list, e->catalog.apps[i]->release.slug);
        for (size_t i = 0; r >= 0 && i < e->n_jobs; i++) {
                if (e->jobs[i]->ended)
                        continue;
                *ret_held |= may_need_more(e->jobs[i], s);
                if (e->jobs[i]->operation.slug)
                        r = strv_append(&list, e->jobs[i]->operation.slug);
        }
        if (r < 0)
                return r;
        *ret = TAKE_PTR(list);
        return 0;
}

static int slugs_on_disk(const char *app, char ***ret)
{
        _cleanup_strv_ char **list = NULL;
        char path[256];
        snprintf(path, sizeof(path), PAAS_SLUGS, app);
        DIR *d = opendir(path);
        if (!d)
                return errno == ENOENT ? 0 : -errno;
        int r = 0;
        for (struct dirent *entry = readdir(d); r >= 0 && entry; entry = readdir(d))
                if (uuid_is_valid(entry->d_name))
                        r = strv_append(&list, entry->d_name);
        closedir(d);
        if (r < 0)
                return r;
        strv_sort(list);
        *ret = TAKE_PTR(list);
        return 0;
}

static bool any_unneeded(const RetentionSlugs *wish, char *const *slugs)
{
        for (char *const *slug = slugs; slug && *slug; slug++)
                if (retention_slug(wish, *slug) == SLUG_UNNEEDED)
                        return true;
        return false;
}

/* With the newest `max` releases (0: all). 1: they do not suffice to decide. */
static int decide(Engine *e, const AppState *s, RetentionSlugs *wish, char *const *slugs, size_t max,
                  SlugEach each, void *userdata)
{
        HistoryRelease *list = NULL;
        size_t n = 0;
        int r = history_releases(e->store, s->head, s->release_head, max, &list, &n, NULL);
        if (r < 0)
                return r;
        _cleanup_free_ RetentionRelease *releases = calloc(n + 1, sizeof(RetentionRelease));
        for (size_t i = 0; releases && i < n; i++)
                releases[i] = (RetentionRelease){.version = list[i].release.version,
                                                 .slug = list[i].release.slug,
                                                 .succeeded = list[i].status == RELEASE_SUCCEEDED};
        wish->releases = releases;
        wish->n = n;
        if (!releases)
                r = -ENOMEM;
        else if (any_unneeded(wish, slugs)) {
                r = max > 0 && n == max && !retention_suffices(wish);
                for (char *const *slug = slugs; r == 0 && *slug; slug++)
                        if (retention_slug(wish, *slug) == SLUG_UNNEEDED)
                                each(userdata, s, *slug, retention_last_user(wish, *slug));
        }
        history_free(list, n);
        return r;
}

int slugs_each_unneeded(Engine *e, const AppState *s, SlugEach each, void *userdata)
{
        _cleanup_strv_ char **slugs = NULL, **in_use = NULL;
        RetentionSlugs wish = {.keep = e->settings.keep_releases, .current = s->release.version};
        int r = slugs_on_disk(s->app.name, &slugs);
        if (r >= 0)
                r = slugs_in_use(e, s, &in_use, &wish.held);
        if (r < 0 || wish.held || !slugs)
                return r;
        wish.in_use = in_use;
        size_t window = wish.keep + 2;
        while ((r = decide(e, s, &wish, slugs, window, each, userdata)) > 0)
                window *= 8;
        return r;
}

static void remove_slug(void *userdata, const AppState *s, const char *slug, uint64_t version)
{
        char path[512];
        snprintf(path, sizeof(path), PAAS_SLUG, s->app.name, slug);
        cleaner_remove(userdata, slug, path, NULL);
}

void slugs_prune(AppWorld *w, const AppState *s)
{
        int r = slugs_each_unneeded(w->engine, s, remove_slug, w->engine);
        if (r < 0)
                log_warning(r, "%s: cannot look which slugs are needed", s->app.name);
}
