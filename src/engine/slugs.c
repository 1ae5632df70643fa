/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/slugs.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "basic/log.h"
#include "basic/strv.h"
#include "basic/text.h"
#include "basic/uuid.h"
#include "engine/cleaner.h"
#include "engine/history.h"
#include "engine/hostfiles.h"
#include "engine/job.h"
#include "model/paths.h"
#include "render/instance.h"

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
        for (size_t i = 0; i < w->n_slugs && !w->slug_stop; i++) {
                if (is_used(w, s, &w->slugs[i]))
                        continue;
                _cleanup_free_ char *unit = render_slug_unit(w->app, w->slugs[i].version);
                if (!unit || units_stop(w->engine->units, unit, unmounted, w, &w->slug_stop) < 0)
                        return;
                if (!is_stale(w, s, &w->slugs[i])) /* that of a destroyed application went with it */
                        hostfiles_remove_environment(w->app, w->slugs[i].version);
        }
}

static int needed_slugs(AppWorld *w, const AppState *s, char ***ret)
{
        Engine *e = w->engine;
        _cleanup_strv_ char **needed = NULL;
        HistoryRelease *list = NULL;
        size_t n = 0, distinct = 0;
        int r = history_releases(e->store, s->head, s->release_head, 0, &list, &n, NULL);

        for (size_t i = 0; r >= 0 && i < n; i++) {
                const Release *release = &list[i].release;
                bool mounted = false;
                for (size_t k = 0; k < w->n_slugs; k++)
                        mounted |= w->slugs[k].version == release->version;
                if (!release->slug || strv_contains(needed, release->slug))
                        continue;
                if (mounted || release->version == s->release.version ||
                    distinct < e->settings.keep_releases) {
                        r = strv_append(&needed, release->slug);
                        distinct++;
                }
        }
        history_free(list, n);
        for (size_t i = 0; r >= 0 && i < e->n_jobs; i++)
                if (!e->jobs[i]->ended && e->jobs[i]->operation.slug)
                        r = strv_append(&needed, e->jobs[i]->operation.slug);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(needed);
        return 0;
}

static void remove_slug(AppWorld *w, const char *slug)
{
        char path[512];
        snprintf(path, sizeof(path), PAAS_SLUG, w->app, slug);
        cleaner_remove(w->engine, slug, path, NULL);
}

void slugs_prune(AppWorld *w, const AppState *s)
{
        _cleanup_strv_ char **needed = NULL;
        char path[256];
        snprintf(path, sizeof(path), PAAS_SLUGS, w->app);
        if (needed_slugs(w, s, &needed) < 0)
                return;
        DIR *d = opendir(path);
        if (!d)
                return;
        for (struct dirent *entry = readdir(d); entry; entry = readdir(d))
                if (uuid_is_valid(entry->d_name) && !strv_contains(needed, entry->d_name))
                        remove_slug(w, entry->d_name);
        closedir(d);
}
