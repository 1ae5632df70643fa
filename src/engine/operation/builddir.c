/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/operation/builddir.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "basic/file.h"
#include "basic/log.h"
#include "basic/text.h"
#include "engine/cleanup/cleaner.h"
#include "engine/hostfiles.h"
#include "model/paths.h"
#include "render/buildunits.h"

static void work_path(const Job *j, const char *name, char path[512])
{
        snprintf(path, 512, PAAS_BUILD "%s", j->operation.app, (unsigned long long) j->operation.number,
                 name);
}

static void slug_path(const Job *j, const char *name, char path[512])
{
        snprintf(path, 512, PAAS_SLUG "%s", j->operation.app, j->operation.slug, name);
}

static int write_build_environment(Engine *e, const AppState *s, const char *directory, Error *error)
{
        _cleanup_config_ Config c = CONFIG_NULL;
        const FileOwner build = {s->app.build_uid, s->app.build_uid};
        int r = hostfiles_read_config(e, s, catalog_base(s), &c, error);
        for (size_t i = 0; r >= 0 && i < c.n_vars; i++) {
                char path[1024];
                snprintf(path, sizeof(path), "%s/%s", directory, c.vars[i].name);
                r = file_write(path, c.vars[i].value, strlen(c.vars[i].value), 0400, build, FILE_NO_SYNC);
        }
        return r;
}

int builddir_make(Job *j, const AppState *s, Error *error)
{
        const FileOwner build = {s->app.build_uid, s->app.build_uid};
        char work[512], app[512], env[512], cache[512];
        work_path(j, "", work);
        work_path(j, "/app", app);
        work_path(j, "/env", env);
        snprintf(cache, sizeof(cache), PAAS_CACHE, j->operation.app);

        int r = tree_remove(work);
        if (r >= 0)
                r = hostfiles_make_directories(s, error);
        if (r >= 0)
                r = hostfiles_make_etc(s);
        if (r >= 0)
                r = dir_make(work, 0700, build);
        if (r >= 0)
                r = dir_make(app, 0755, build);
        if (r >= 0)
                r = dir_make(env, 0700, build);
        if (r >= 0)
                r = dir_make(cache, 0700, build);
        if (r >= 0)
                r = write_build_environment(j->engine, s, env, error);
        return r < 0 ? error_prefix(error, r, "%s", work) : 0;
}

bool builddir_is_taken(const Job *j)
{
        char path[512];
        if (!j->operation.slug)
                return false;
        slug_path(j, "/app", path);
        if (access(path, F_OK) < 0)
                return false;
        slug_path(j, "/result.json", path);
        return access(path, F_OK) == 0;
}

int builddir_read_result(const Job *j, BuildResult *ret)
{
        _cleanup_free_ char *text = NULL;
        _cleanup_error_ Error error = ERROR_NULL;
        char path[512];
        size_t n;
        slug_path(j, "/result.json", path);
        int r = file_read(path, BUILD_RESULT_MAX_BYTES, &text, &n);
        if (r >= 0)
                r = build_result_parse(text, n, ret, &error);
        return r < 0 ? log_error(r, "%s: %s", path, error_text(&error, r)) : 0;
}

/* The builder's file is foreign: it is read with bounds, and only its canonical form goes on from here. */
static int take_result(Job *j)
{
        _cleanup_build_result_ BuildResult result = BUILD_RESULT_NULL;
        _cleanup_free_ char *text = NULL, *canonical = NULL;
        _cleanup_error_ Error error = ERROR_NULL;
        char path[512];
        size_t n;
        work_path(j, "/result.json", path);
        int r = file_read(path, BUILD_RESULT_MAX_BYTES, &text, &n);
        if (r >= 0)
                r = build_result_parse(text, n, &result, &error);
        if (r >= 0)
                r = build_result_format(&result, &canonical);
        if (r < 0)
                return log_error(r, "%s: %s", path, error_text(&error, r));
        slug_path(j, "/result.json", path);
        return file_write(path, canonical, strlen(canonical), 0600, (FileOwner){0, 0}, FILE_SYNC);
}

int builddir_take(Job *j)
{
        char id[UUID_TEXT_SIZE], from[512], to[512];
        int r = 0;
        if (!j->operation.slug) {
                r = uuid_new(id);
                if (r >= 0)
                        r = text_replace(&j->operation.slug, id);
                if (r >= 0)
                        r = job_save(j);
        }
        slug_path(j, "", to);
        if (r >= 0)
                r = dir_make(to, 0700, (FileOwner){0, 0});
        if (r < 0)
                return r;

        work_path(j, "/app", from);
        slug_path(j, "/app", to);
        if (rename(from, to) < 0 && access(to, F_OK) < 0)
                return -errno;
        return take_result(j);
}

/* A stop ends with a failed unit, whose name is only free again when it has been reset. Nobody waits for it.
 */
typedef struct Stop {
        Units *units;
        char *unit;
        UnitCall *call;
} Stop;

static void stopped(void *userdata, int r, const char *text)
{
        Stop *s = userdata;
        (void) units_reset_failed(s->units, s->unit);
        unit_call_free(s->call);
        free(s->unit);
        free(s);
}

static void stop_and_forget(Units *units, const char *unit)
{
        Stop *s = calloc(1, sizeof(Stop));
        if (!s || !(s->unit = strdup(unit))) {
                free(s);
                return;
        }
        s->units = units;
        if (units_stop(units, unit, stopped, s, &s->call) < 0) {
                free(s->unit);
                free(s);
        }
}

void builddir_stop_units(Job *j)
{
        _cleanup_free_ char *build = render_build_unit(j->operation.app, j->operation.number),
                            *source = render_source_unit(j->operation.app, j->operation.number);
        j->build = unit_call_free(j->build);
        j->source = unit_call_free(j->source);
        char *const names[] = {source, build};
        for (size_t i = 0; i < ELEMENTSOF(names); i++) {
                if (names[i])
                        stop_and_forget(j->engine->units, names[i]);
        }
}

void builddir_remove(const Job *j)
{
        char path[512], env[512], name[128];
        _cleanup_free_ char *unit = render_build_unit(j->operation.app, j->operation.number);
        work_path(j, "/env", env);
        (void) tree_remove(env); /* the build could only read it: some files of ours, with values */
        work_path(j, "", path);
        snprintf(name, sizeof(name), "build-%s.%llu", j->operation.app,
                 (unsigned long long) j->operation.number);
        if (access(path, F_OK) == 0)
                cleaner_remove(j->engine, name, path, unit);
}
