/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/cleanup/assets.h"

#include <dirent.h>
#include <errno.h>
#include <unistd.h>

#include "basic/log.h"
#include "basic/text.h"
#include "engine/cleanup/cleaner.h"
#include "engine/operation/job.h"
#include "model/paths.h"

void assets_describe(const AppState *s, RenderSlug *slug)
{
        slug->assets = settings_text(&s->settings, NULL, "assets");
        if (s->release.slug && s->release.version != slug->version) {
                slug->slug_before = s->release.slug;
                slug->version_before = s->release.version;
        }
}

bool assets_are_mounted(const InstanceName *name)
{
        char path[512];
        snprintf(path, sizeof(path), PAAS_ASSETS_MOUNT, name->app, (unsigned long long) name->version);
        return access(path, F_OK) == 0;
}

/* "v12", and "v12.part" of one that was being made when the power went. */
static bool is_needed(Engine *e, const AppWorld *w, const AppState *s, const char *layer)
{
        uint64_t version;
        _cleanup_free_ char *number = strndup(layer + 1, strcspn(layer + 1, "."));
        if (layer[0] != 'v' || !number || text_parse_uint(number, UINT64_MAX, &version) < 0)
                return true;
        Job *j = job_standing_up(e, s->app.name);
        return mounted_find(&w->mounted, version) || (j && j->operation.version == version) ||
               (version == s->release.version && !layer[1 + strlen(number)]);
}

int assets_each_unneeded(Engine *e, const AppState *s, AssetsEach each, void *userdata)
{
        char path[256];
        AppWorld *w = world_find(e, s->app.name);
        if (!w || !e->started)
                return 0;
        snprintf(path, sizeof(path), PAAS_ASSETS, s->app.name);
        DIR *d = opendir(path);
        if (!d)
                return errno == ENOENT ? 0 : -errno;
        for (struct dirent *at = readdir(d); at; at = readdir(d))
                if (!is_needed(e, w, s, at->d_name))
                        each(userdata, s, at->d_name);
        closedir(d);
        return 0;
}

static void remove_layer(void *userdata, const AppState *s, const char *layer)
{
        char path[512], name[512];
        snprintf(path, sizeof(path), PAAS_ASSETS "/%s", s->app.name, layer);
        snprintf(name, sizeof(name), "assets-%s-%s", s->app.name, layer);
        cleaner_remove(userdata, name, path, NULL);
}

void assets_prune(Engine *e, const AppState *s)
{
        int r = assets_each_unneeded(e, s, remove_layer, e);
        if (r < 0)
                log_warning(r, "%s: cannot look which assets are needed", s->app.name);
}
