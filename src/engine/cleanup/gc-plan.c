/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/cleanup/gc-plan.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "basic/clock.h"
#include "basic/file.h"
#include "basic/log.h"
#include "basic/text.h"
#include "engine/cleanup/assets.h"
#include "engine/cleanup/cleaner.h"
#include "engine/cleanup/retention.h"
#include "engine/cleanup/slugs.h"
#include "engine/hostfiles.h"
#include "engine/operation/job.h"
#include "model/paths.h"

DEFINE_CLEANUP(DIR *, closedir)

#define MOUNTS_MAX (16 * 1024 * 1024)

typedef struct Planning {
        Engine *e;
        const Usage *usage;
        GcPlan plan;
        char *mounts; /* what is mounted, as the kernel lists it */
        uint64_t now;
        int failed;
} Planning;

const char *gc_kind_to_string(GcKind k)
{
        static const char *const names[] = {"slug",      "assets", "build",  "layer",
                                            "destroyed", "trash",  "account"};
        return names[k];
}

static void item_clear(GcItem *i)
{
        free(i->app);
        free(i->name);
        free(i->path);
        free(i->why);
}

void gc_plan_clear(GcPlan *p)
{
        for (size_t i = 0; i < p->n; i++)
                item_clear(&p->items[i]);
        free(p->items);
        *p = GC_PLAN_NULL;
}

bool gc_plan_has(const GcPlan *p, const GcItem *item)
{
        for (size_t i = 0; i < p->n; i++)
                if (p->items[i].kind == item->kind && streq(p->items[i].app, item->app) &&
                    streq(p->items[i].name, item->name))
                        return true;
        return false;
}

/* `path` and `why` are taken over. */
static void add(Planning *p, GcKind kind, const char *app, const char *name, char *path, char *why)
{
        GcItem item = {.kind = kind, .app = strdup(app), .name = strdup(name), .path = path, .why = why};
        GcItem *longer = reallocarray(p->plan.items, p->plan.n + 1, sizeof(GcItem));
        if (longer)
                p->plan.items = longer;
        if (!longer || !item.app || !item.name || !why || (!path && kind != GC_ACCOUNT)) {
                item_clear(&item);
                p->failed = -ENOMEM;
                return;
        }
        p->plan.items[p->plan.n++] = item;
}

static GcItem *last(Planning *p)
{
        return &p->plan.items[p->plan.n - 1];
}

static char *_printf_(1, 2) text(const char *format, ...)
{
        char *s = NULL;
        va_list ap;
        va_start(ap, format);
        if (vasprintf(&s, format, ap) < 0)
                s = NULL;
        va_end(ap);
        return s;
}

static void add_slug(void *userdata, const AppState *s, const char *slug, uint64_t version)
{
        Planning *p = userdata;
        const char *app = s->app.name;
        add(p, GC_SLUG, app, slug, text(PAAS_SLUG, app, slug),
            version > 0
                    ? text("not among the last %llu (it was v%llu's)",
                           (unsigned long long) p->e->settings.keep_releases, (unsigned long long) version)
                    : text("no release points at it"));
        if (!p->failed)
                last(p)->bytes = usage_sum(p->usage, USAGE_SLUG, app, slug);
}

static void add_assets(void *userdata, const AppState *s, const char *layer)
{
        Planning *p = userdata;
        const char *app = s->app.name;
        add(p, GC_ASSETS, app, layer, text(PAAS_ASSETS "/%s", app, layer),
            text("that release does not run"));
        if (!p->failed)
                last(p)->bytes = usage_sum(p->usage, USAGE_ASSETS, app, layer);
}

typedef void (*EachEntry)(Planning *p, const char *directory, const char *name);

static void each_entry(Planning *p, const char *directory, EachEntry each)
{
        _cleanup_(closedirp) DIR *d = opendir(directory);
        if (!d) {
                if (errno != ENOENT)
                        p->failed = -errno;
                return;
        }
        for (struct dirent *at; !p->failed && (at = readdir(d));)
                if (!streq(at->d_name, ".") && !streq(at->d_name, ".."))
                        each(p, directory, at->d_name);
}

/* "blog.7" */
static void look_at_build(Planning *p, const char *directory, const char *name)
{
        const char *dot = strrchr(name, '.');
        uint64_t number;
        if (!dot || dot == name || text_parse_uint(dot + 1, UINT64_MAX, &number) < 0)
                return;
        _cleanup_free_ char *app = strndup(name, (size_t) (dot - name));
        if (!app) {
                p->failed = -ENOMEM;
                return;
        }
        for (size_t i = 0; i < p->e->n_jobs; i++) {
                const Operation *o = &p->e->jobs[i]->operation;
                if (!p->e->jobs[i]->ended && o->number == number && streq(o->app, app))
                        return;
        }
        add(p, GC_BUILD, app, name, text("%s/%s", directory, name), text("its build has ended"));
        if (!p->failed)
                last(p)->bytes = usage_sum(p->usage, USAGE_BUILD, name, NULL);
}

static void look_at_layer(Planning *p, const char *directory, const char *name)
{
        const char *app = strrchr(directory, '/') + 1;
        _cleanup_free_ char *path = text("%s/%s", directory, name),
                            *upper = text("%s/%s/upper,", directory, name);
        AppWorld *w = world_find(p->e, app);
        struct stat st;
        bool known = false;
        if (!path || !upper) {
                p->failed = -ENOMEM;
                return;
        }
        if (lstat(path, &st) < 0 || !S_ISDIR(st.st_mode))
                return;
        for (size_t i = 0; w && i < w->n_instances; i++)
                known |= streq(w->instances[i]->short_name, name);
        uint64_t changed = (uint64_t) st.st_mtim.tv_sec * USEC_PER_SEC;
        /* With many applications the list of mounts is long: it is searched for few layers. */
        bool mounted = known || strstr(p->mounts, upper);
        if (!retention_layer_may_go(known, mounted, changed, p->now))
                return;
        add(p, GC_LAYER, app, name, TAKE_PTR(path), text("there is no such process any more"));
        if (!p->failed)
                last(p)->bytes = usage_sum(p->usage, USAGE_LAYER, app, name);
}

static void look_at_layers(Planning *p, const char *directory, const char *app)
{
        char path[512];
        snprintf(path, sizeof(path), "%s/%s", directory, app);
        each_entry(p, path, look_at_layer);
}

static void look_at_trash(Planning *p, const char *directory, const char *name)
{
        if (cleaner_has(p->e, name))
                return;
        add(p, GC_TRASH, "", name, text("%s/%s", directory, name),
            text("left over from an earlier removal"));
        if (!p->failed)
                last(p)->bytes = usage_sum(p->usage, USAGE_TRASH, name, NULL);
}

static void look_at_destroyed(Planning *p, const GoneApp *g)
{
        uint64_t days = p->e->settings.destroyed_keep_days;
        _cleanup_free_ char *path = text(PAAS_GONE, g->app.id);
        if (!path) {
                p->failed = -ENOMEM;
                return;
        }
        if (access(path, F_OK) < 0 || !retention_destroyed_may_go(g->destroyed, p->now, days))
                return;
        add(p, GC_DESTROYED, g->app.name, g->app.id, TAKE_PTR(path),
            text("destroyed more than %llu days ago", (unsigned long long) days));
        if (!p->failed)
                last(p)->bytes = usage_sum(p->usage, USAGE_DESTROYED, g->app.id, NULL);
}

/* A living application, or a destroyed one that can be restored, has the pair. */
static bool has_successor(const Catalog *c, uid_t uid)
{
        for (size_t i = 0; i < c->n_apps; i++)
                if (c->apps[i]->app.run_uid == uid)
                        return true;
        for (size_t i = 0; i < c->n_gone; i++)
                if (c->gone[i].app.run_uid == uid && hostfiles_are_aside(c->gone[i].app.id))
                        return true;
        return false;
}

/* Files that still have the number were counted before anything was removed: it is given back a day later.
 */
static void look_at_accounts(Planning *p, const GoneApp *g)
{
        uid_t uid = g->app.run_uid;
        char path[256], name[32];
        snprintf(path, sizeof(path), PAAS_GONE, g->app.id);
        if (access(path, F_OK) == 0 || !hostfiles_have_accounts(uid) || usage_has_uid(p->usage, uid) ||
            usage_has_uid(p->usage, uid + 1) || world_find(p->e, g->app.name))
                return;
        if (has_successor(&p->e->catalog, uid))
                return;
        for (size_t i = 0; i < p->plan.n; i++)
                if (p->plan.items[i].kind == GC_ACCOUNT && p->plan.items[i].uid == uid)
                        return;
        snprintf(name, sizeof(name), "paas-%u", (unsigned) uid);
        add(p, GC_ACCOUNT, g->app.name, name, NULL, text("nothing on this host has its numbers any more"));
        if (!p->failed)
                last(p)->uid = uid;
}

static void look_at_slugs(Planning *p, const GcItem *only)
{
        for (size_t i = 0; !p->failed && i < p->e->catalog.n_apps; i++) {
                const AppState *s = p->e->catalog.apps[i];
                if (only && !streq(only->app, s->app.name))
                        continue;
                int r = slugs_each_unneeded(p->e, s, add_slug, p);
                if (r < 0)
                        log_warning(r, "%s: cannot look which slugs are needed", s->app.name);
        }
}

static void look_at_assets(Planning *p, const GcItem *only)
{
        for (size_t i = 0; !p->failed && i < p->e->catalog.n_apps; i++) {
                const AppState *s = p->e->catalog.apps[i];
                int r = only && !streq(only->app, s->app.name)
                                ? 0
                                : assets_each_unneeded(p->e, s, add_assets, p);
                if (r < 0)
                        log_warning(r, "%s: cannot look which assets are needed", s->app.name);
        }
}

static bool is_meant(const Planning *p, const GcItem *only, GcKind kind)
{
        return !p->failed && (!only || only->kind == kind);
}

int gc_plan_make(Engine *e, const Usage *usage, const GcItem *only, GcPlan *ret)
{
        Planning p = {.e = e, .usage = usage, .now = clock_realtime()};
        p.failed = file_read("/proc/self/mounts", MOUNTS_MAX, &p.mounts, NULL);
        if (is_meant(&p, only, GC_SLUG))
                look_at_slugs(&p, only);
        if (is_meant(&p, only, GC_ASSETS))
                look_at_assets(&p, only);
        if (is_meant(&p, only, GC_BUILD))
                each_entry(&p, PAAS_STATE "/builds", look_at_build);
        if (is_meant(&p, only, GC_LAYER))
                each_entry(&p, PAAS_STATE "/layers", look_at_layers);
        for (size_t i = 0; i < e->catalog.n_gone; i++) {
                const GoneApp *g = &e->catalog.gone[i];
                if (is_meant(&p, only, GC_DESTROYED) && (!only || streq(only->name, g->app.id)))
                        look_at_destroyed(&p, g);
                if (is_meant(&p, only, GC_ACCOUNT) && (!only || only->uid == g->app.run_uid))
                        look_at_accounts(&p, g);
        }
        if (is_meant(&p, only, GC_TRASH))
                each_entry(&p, PAAS_TRASH, look_at_trash);
        free(p.mounts);
        if (p.failed) {
                gc_plan_clear(&p.plan);
                return p.failed;
        }
        *ret = p.plan;
        return 0;
}
