/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/cleanup/cleaner.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "basic/clock.h"
#include "basic/file.h"
#include "basic/log.h"
#include "basic/strv.h"
#include "basic/text.h"
#include "model/paths.h"

#define DELAY_USEC (10 * USEC_PER_SEC)
#define BATCH_MAX 100 /* of them in one command line */

/* The list of those that wait, and of those that a unit is removing. */
struct Cleaner {
        sd_event_source *timer;
        char **waiting; /* names in the trash */
        char **stopped; /* units that may still write in one of them */
        char **going;
        char unit[64];  /* removes them */
        UnitCall *call; /* likewise */
};

static int start(Engine *e, const char *name, char *const *paths, char *const *stopped, UnitDone done,
                 void *userdata, UnitCall **ret)
{
        _cleanup_free_ char *unit = NULL;
        if (asprintf(&unit, "paas-clean-%s.service", name) < 0)
                return -ENOMEM;
        _cleanup_unit_spec_ UnitSpec *s = unit_spec_new(unit);
        if (!s)
                return -ENOMEM;
        unit_spec_stringf(s, "Description", "Removes %s%s", paths[0], paths[1] ? " and others" : "");
        unit_spec_string(s, "Type", "oneshot");
        unit_spec_string(s, "Slice", "paas-build.slice");
        unit_spec_string(s, "CollectMode", "inactive-or-failed");
        for (char *const *p = stopped; p && *p; p++)
                unit_spec_list(s, UNIT_STRV, "After", *p);
        unit_spec_list(s, UNIT_EXEC, "ExecStart", "/bin/rm");
        unit_spec_list(s, UNIT_EXEC, "ExecStart", "-rf");
        unit_spec_list(s, UNIT_EXEC, "ExecStart", "--one-file-system");
        unit_spec_list(s, UNIT_EXEC, "ExecStart", "--");
        for (char *const *p = paths; *p; p++)
                unit_spec_list(s, UNIT_EXEC, "ExecStart", *p);
        int r = unit_spec_check(s);
        if (r >= 0)
                r = units_start(e->units, s, NULL, 0, done, userdata, ret);
        return r < 0 ? log_warning(r, "cannot remove %s", paths[0]) : 0;
}

static void plan(Engine *e);

static void removed(void *userdata, int r, const char *text)
{
        Engine *e = userdata;
        Cleaner *c = e->cleaner;
        c->call = unit_call_free(c->call);
        c->going = strv_free(c->going);
        if (r < 0)
                log_warning(0, "cannot empty %s: %s", PAAS_TRASH, text);
        plan(e);
}

/* Of a list that is too long the rest waits for the next turn. */
static char **take_batch(char ***list)
{
        char **batch = *list, **rest = NULL;
        size_t n = strv_length(batch);
        if (n <= BATCH_MAX) {
                *list = NULL;
                return batch;
        }
        rest = calloc(n - BATCH_MAX + 1, sizeof(char *));
        if (!rest)
                return NULL;
        memcpy(rest, batch + BATCH_MAX, (n - BATCH_MAX) * sizeof(char *));
        batch[BATCH_MAX] = NULL;
        *list = rest;
        return batch;
}

static int turn(sd_event_source *source, uint64_t usec, void *userdata)
{
        Engine *e = userdata;
        Cleaner *c = e->cleaner;
        _cleanup_strv_ char **paths = NULL;
        char name[32];
        c->timer = sd_event_source_disable_unref(c->timer);
        c->going = take_batch(&c->waiting);
        int r = c->going ? 0 : -ENOMEM;
        for (char **n = c->going; r >= 0 && n && *n; n++)
                r = strv_appendf(&paths, PAAS_TRASH "/%s", *n);
        snprintf(name, sizeof(name), "%llu", (unsigned long long) clock_monotonic());
        snprintf(c->unit, sizeof(c->unit), "paas-clean-%s.service", name);
        if (r >= 0)
                r = start(e, name, paths, c->stopped, removed, e, &c->call);
        if (!c->waiting)
                c->stopped = strv_free(c->stopped);
        if (r < 0) {
                c->going = strv_free(c->going);
                plan(e);
        }
        return 0;
}

const char *cleaner_hurry(Engine *e)
{
        Cleaner *c = e->cleaner;
        if (c && c->waiting && !c->going)
                (void) turn(NULL, 0, e);
        return c && c->going ? c->unit : NULL;
}

/* What has come together until now waits as long as the first of it. */
static void plan(Engine *e)
{
        Cleaner *c = e->cleaner;
        if (!c->waiting || c->timer || c->going)
                return;
        int r = sd_event_add_time_relative(e->event, &c->timer, CLOCK_MONOTONIC, DELAY_USEC, USEC_PER_SEC,
                                           turn, e);
        if (r < 0)
                log_warning(r, "cannot plan a clean-up");
}

static int put_on_list(Engine *e, const char *name, const char *stopped)
{
        if (!e->cleaner && !(e->cleaner = calloc(1, sizeof(Cleaner))))
                return -ENOMEM;
        int r = strv_append(&e->cleaner->waiting, name);
        if (r >= 0 && stopped)
                r = strv_append(&e->cleaner->stopped, stopped);
        plan(e);
        return r;
}

/* Its name in the trash goes into `ret`. */
static int move_to_trash(const char *name, const char *path, char ret[static 512])
{
        char trash[1024];
        snprintf(ret, 512, "%s", name);
        snprintf(trash, sizeof(trash), PAAS_TRASH "/%s", ret);
        int r = rename(path, trash) < 0 ? -errno : 0;
        if (r == -ENOENT && access(path, F_OK) == 0) { /* somebody removed the trash itself */
                r = dir_make(PAAS_TRASH, 0700, FILE_OWNER_SELF);
                if (r >= 0)
                        r = rename(path, trash) < 0 ? -errno : 0;
        }
        if (r == -EEXIST || r == -ENOTEMPTY) {
                snprintf(ret, 512, "%.480s.%llu", name, (unsigned long long) clock_monotonic());
                snprintf(trash, sizeof(trash), PAAS_TRASH "/%s", ret);
                r = rename(path, trash) < 0 ? -errno : 0;
        }
        return r;
}

void cleaner_remove(Engine *e, const char *name, const char *path, const char *stopped)
{
        char own[512];
        int r = move_to_trash(name, path, own);
        if (r == -ENOENT)
                return;
        if (r >= 0)
                r = put_on_list(e, own, stopped);
        else { /* another file system: it goes where it is */
                char *const paths[] = {(char *) path, NULL}, *const units[] = {(char *) stopped, NULL};
                r = start(e, name, paths, units, NULL, NULL, NULL);
        }
        if (r < 0)
                log_warning(r, "cannot remove %s", path);
}

void cleaner_remove_layer(Engine *e, const char *app, const char *short_name)
{
        char layer[512], name[512];
        snprintf(layer, sizeof(layer), PAAS_LAYER, app, short_name);
        snprintf(name, sizeof(name), "layer-%s-%s", app, short_name);
        cleaner_remove(e, name, layer, NULL);
}

int cleaner_discard(Engine *e, const char *name, const char *path, UnitDone done, void *userdata,
                    UnitCall **ret)
{
        char own[512], trash[1024];
        int r = move_to_trash(name, path, own);
        if (r == -ENOENT)
                return r;
        snprintf(trash, sizeof(trash), PAAS_TRASH "/%s", own);
        char *const paths[] = {r < 0 ? (char *) path : trash, NULL};
        return start(e, name, paths, NULL, done, userdata, ret);
}

bool cleaner_has(const Engine *e, const char *name)
{
        return e->cleaner &&
               (strv_contains(e->cleaner->waiting, name) || strv_contains(e->cleaner->going, name));
}

void cleaner_take_up(Engine *e)
{
        DIR *d = opendir(PAAS_TRASH);
        int r = d ? 0 : -errno;
        for (struct dirent *entry = d ? readdir(d) : NULL; entry; entry = readdir(d))
                if (!streq(entry->d_name, ".") && !streq(entry->d_name, "..") && r >= 0)
                        r = put_on_list(e, entry->d_name, NULL);
        if (d)
                closedir(d);
        if (r < 0 && r != -ENOENT)
                log_warning(r, "cannot look into %s", PAAS_TRASH);
}

Cleaner *cleaner_free(Cleaner *c)
{
        if (!c)
                return NULL;
        sd_event_source_disable_unref(c->timer);
        strv_free(c->waiting);
        strv_free(c->stopped);
        strv_free(c->going);
        unit_call_free(c->call);
        free(c);
        return NULL;
}
