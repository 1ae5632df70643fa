/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/cleanup/diskuse.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "basic/text.h"

uint64_t disk_user_total(const DiskUser *u)
{
        return u->repository + u->slugs + u->assets + u->cache + u->layers + u->builds;
}

static int by_total(const void *a, const void *b)
{
        uint64_t x = disk_user_total(a), y = disk_user_total(b);
        return x < y ? 1 : x > y ? -1 : strcmp(((const DiskUser *) a)->app, ((const DiskUser *) b)->app);
}

/* "blog.7" is a build of blog. */
static uint64_t builds_of(const Usage *usage, const char *app)
{
        uint64_t bytes = 0;
        for (size_t i = 0; i < usage->n_entries; i++) {
                const UsageEntry *entry = &usage->entries[i];
                const char *rest = entry->kind == USAGE_BUILD ? text_after(entry->owner, app) : NULL;
                if (rest && *rest == '.')
                        bytes += entry->bytes;
        }
        return bytes;
}

int disk_users(Engine *e, const Usage *usage, DiskUser **ret, size_t *ret_n)
{
        const Catalog *c = &e->catalog;
        size_t n = 0;
        DiskUser *users = calloc(c->n_apps + c->n_gone + 1, sizeof(DiskUser));
        if (!users)
                return -ENOMEM;
        for (size_t i = 0; i < c->n_apps; i++) {
                const char *app = c->apps[i]->app.name;
                users[n] = (DiskUser){
                        .app = app,
                        .repository = usage_sum(usage, USAGE_REPOSITORY, app, NULL),
                        .slugs = usage_sum(usage, USAGE_SLUG, app, NULL),
                        .assets = usage_sum(usage, USAGE_ASSETS, app, NULL),
                        .cache = usage_sum(usage, USAGE_CACHE, app, NULL),
                        .layers = usage_sum(usage, USAGE_LAYER, app, NULL),
                        .builds = builds_of(usage, app),
                };
                n += disk_user_total(&users[n]) > 0;
        }
        for (size_t i = 0; i < c->n_gone; i++) {
                const App *app = &c->gone[i].app;
                users[n] = (DiskUser){.app = app->name,
                                      .destroyed = true,
                                      .slugs = usage_sum(usage, USAGE_DESTROYED, app->id, NULL)};
                n += disk_user_total(&users[n]) > 0;
        }
        qsort(users, n, sizeof(DiskUser), by_total);
        *ret = users;
        *ret_n = n;
        return 0;
}
