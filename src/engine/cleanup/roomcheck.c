/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/cleanup/roomcheck.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "basic/file.h"
#include "basic/log.h"
#include "basic/text.h"
#include "engine/audit/events.h"
#include "engine/cleanup/diskuse.h"
#include "engine/cleanup/reserve.h"
#include "model/buildresult.h"
#include "model/paths.h"

#define USERS_SHOWN 5

typedef struct Room {
        uint64_t need, available, reserve;
} Room;

/* What the current release's slug takes; 0 where there is none, or it cannot be read. */
static uint64_t last_slug(const AppState *s)
{
        _cleanup_build_result_ BuildResult result = BUILD_RESULT_NULL;
        _cleanup_free_ char *text = NULL;
        char path[512];
        size_t n;
        if (!s->release.slug)
                return 0;
        snprintf(path, sizeof(path), PAAS_SLUG "/result.json", s->app.name, s->release.slug);
        int r = file_read(path, BUILD_RESULT_MAX_BYTES, &text, &n);
        if (r >= 0)
                r = build_result_parse(text, n, &result, NULL);
        return r >= 0 ? result.bytes : 0;
}

static int look(Job *j, uint64_t cache, Room *ret)
{
        const Settings *settings = &j->engine->settings;
        AppState *s = job_app(j);
        struct statvfs v;
        if (!s || statvfs(PAAS_STATE, &v) < 0)
                return s ? -errno : -ENOENT;
        const ReserveBuild b = {
                .slug = last_slug(s), .cache = cache, .max_source = settings->build_max_source};
        *ret = (Room){
                .need = reserve_need(&b),
                .available = v.f_bavail * v.f_frsize,
                .reserve = reserve_bytes(settings->disk_reserve, v.f_blocks * v.f_frsize),
        };
        return reserve_allows(ret->need, ret->available, ret->reserve);
}

static void show_user(Job *j, const DiskUser *u)
{
        char parts[256] = "", text[16];
        const struct {
                const char *name;
                uint64_t bytes;
        } all[] = {
                {"slugs", u->slugs},           {"assets", u->assets}, {"cache", u->cache},
                {"repository", u->repository}, {"layers", u->layers}, {"builds", u->builds},
        };
        for (size_t i = 0; i < ELEMENTSOF(all); i++) {
                size_t n = strlen(parts);
                reserve_format(all[i].bytes, text);
                if (all[i].bytes > 0)
                        snprintf(parts + n, sizeof(parts) - n, "%s%s %s", n > 0 ? ", " : "", all[i].name,
                                 text);
        }
        reserve_format(disk_user_total(u), text);
        job_say(j, "       %-8s %s%s%s%s%s", text, u->app, u->destroyed ? " (destroyed)" : "",
                *parts ? " (" : "", parts, *parts ? ")" : "");
}

static void refuse(Job *j, const Room *room, const Usage *usage)
{
        char need[16], available[16], reserve[16];
        _cleanup_free_ DiskUser *users = NULL;
        size_t n = 0;
        reserve_format(room->need, need);
        reserve_format(room->available, available);
        reserve_format(room->reserve, reserve);
        if (usage && disk_users(j->engine, usage, &users, &n) >= 0 && n > 0) {
                job_say(j, " !     " PAAS_STATE " is too full for this build. Who has the most:");
                for (size_t i = 0; i < n && i < USERS_SHOWN; i++)
                        show_user(j, &users[i]);
                job_say(j, " !     An administrator sees with `paas gc --dry-run` what can be removed.");
        }
        _cleanup_free_ char *message = NULL;
        if (asprintf(&message,
                     "no build of %s: it needs about %s, %s are free, of which %s are kept in reserve",
                     j->operation.app, need, available, reserve) >= 0)
                event_emit(j->engine, &(Event){.type = "disk-reserve",
                                               .app = j->operation.app,
                                               .actor = j->operation.actor,
                                               .message = message});
        job_fail(j, "the build needs about %s of disk space; %s are free, of which %s are kept in reserve",
                 need, available, reserve);
}

static void counted(void *userdata, int r, const Usage *usage)
{
        Job *j = userdata;
        Room room;
        j->measure = measure_free(j->measure);
        const char *app = j->operation.app;
        uint64_t cache = r >= 0 ? usage_sum(usage, USAGE_CACHE, app, NULL) : j->engine->settings.cache_quota;
        int allowed = look(j, cache, &room);
        if (allowed > 0)
                j->go_on(j);
        else if (allowed == 0)
                refuse(j, &room, r >= 0 ? usage : NULL);
        else
                job_fail(j, "cannot see how much is free in " PAAS_STATE ": %s", strerror(-allowed));
}

void roomcheck_begin(Job *j, void (*go_on)(Job *j))
{
        Room room;
        int r = look(j, j->engine->settings.cache_quota, &room);
        if (r > 0) {
                go_on(j);
                return;
        }
        j->go_on = go_on;
        if (r == 0)
                r = measure_start(j->engine, NULL, counted, j, &j->measure);
        if (r < 0)
                job_fail(j, "cannot see how much is free in " PAAS_STATE ": %s", strerror(-r));
}
