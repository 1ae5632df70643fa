/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/cleanup/leftovers.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "basic/text.h"
#include "engine/cleanup/assets.h"
#include "engine/cleanup/cleaner.h"
#include "engine/hostfiles.h"
#include "engine/operation/job.h"
#include "model/paths.h"

/* "web.1-v12.3": of operation 3. */
static bool is_under_way(Engine *e, const char *app, const char *short_name)
{
        char id[128];
        const char *number = strrchr(short_name, '.');
        snprintf(id, sizeof(id), "%s/%s", app, number ? number + 1 : "");
        const Job *j = job_find(e, id);
        return j && !j->ended;
}

static void remove_one(Engine *e, AppWorld *w, const char *app, const char *short_name)
{
        cleaner_remove_layer(e, app, short_name);
        if (hostfiles_remove_mount_point(app, short_name) == -EBUSY && w)
                w->mount_points_left = true;
}

static void look_at_app(Engine *e, const char *app)
{
        AppWorld *w = world_find(e, app);
        char path[512];
        snprintf(path, sizeof(path), PAAS_LAYERS, app);
        DIR *d = opendir(path);
        if (!d)
                return;
        for (struct dirent *entry = readdir(d); entry; entry = readdir(d))
                if (entry->d_name[0] != '.' && !world_find_named(w, entry->d_name) &&
                    !is_under_way(e, app, entry->d_name))
                        remove_one(e, w, app, entry->d_name);
        closedir(d);
}

void leftovers_remove(Engine *e)
{
        for (size_t i = 0; i < e->catalog.n_apps; i++) {
                look_at_app(e, e->catalog.apps[i]->app.name);
                assets_prune(e, e->catalog.apps[i]);
        }
}
