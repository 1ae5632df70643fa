/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "render/buildunits.h"

#include <errno.h>

#include "basic/clock.h"
#include "model/name.h"
#include "model/paths.h"

char *render_operation_unit(const char *kind, const char *app, uint64_t operation)
{
        _cleanup_free_ char *escaped = name_escape(app);
        char *s = NULL;
        return escaped && asprintf(&s, "paas-%s-%s-%llu.service", kind, escaped,
                                   (unsigned long long) operation) >= 0
                       ? s
                       : NULL;
}

char *render_build_unit(const char *app, uint64_t operation)
{
        return render_operation_unit("build", app, operation);
}

char *render_source_unit(const char *app, uint64_t operation)
{
        return render_operation_unit("source", app, operation);
}

void render_add_operation(UnitSpec *s, const char *identifier, const char *app, const char *app_id,
                          uint64_t operation)
{
        static const char fields[] = "LogExtraFields";
        unit_spec_string(s, "Type", "oneshot");
        unit_spec_string(s, "Slice", "paas-build.slice");
        unit_spec_string(s, "SyslogIdentifier", identifier);
        unit_spec_listf(s, UNIT_LOG_FIELDS, fields, "PAAS_APP=%s", app);
        unit_spec_listf(s, UNIT_LOG_FIELDS, fields, "PAAS_APP_ID=%s", app_id);
        unit_spec_list(s, UNIT_LOG_FIELDS, fields, "PAAS_SOURCE=build");
        unit_spec_listf(s, UNIT_LOG_FIELDS, fields, "PAAS_OPERATION=%s/%llu", app,
                        (unsigned long long) operation);
}

static void add_build_paths(UnitSpec *s, const RenderBuild *b)
{
        _cleanup_free_ char *work = NULL, *app = NULL, *cache = NULL, *etc = NULL, *env = NULL;
        unsigned long long operation = (unsigned long long) b->operation;

        if (asprintf(&work, PAAS_BUILD, b->app, operation) < 0 || asprintf(&app, "%s/app", work) < 0 ||
            asprintf(&env, "%s/env", work) < 0 || asprintf(&cache, PAAS_CACHE, b->app) < 0 ||
            asprintf(&etc, PAAS_ETC, b->app) < 0) {
                s->failed = -ENOMEM;
                return;
        }
        unit_spec_bind(s, "BindPaths", work, "/work");
        unit_spec_bind(s, "BindPaths", app, "/app");
        unit_spec_bind(s, "BindPaths", cache, "/cache");
        unit_spec_bind(s, "BindReadOnlyPaths", env, "/env");
        unit_spec_bind(s, "BindReadOnlyPaths", etc, "/etc");
        unit_spec_string(s, "WorkingDirectory", "/app");
}

static void add_build_command(UnitSpec *s, const RenderBuild *b)
{
        static const char command[] = "ExecStart";
        unit_spec_list(s, UNIT_EXEC, command, PAAS_LIB "/paas-build");
        unit_spec_list(s, UNIT_EXEC, command, "--app");
        unit_spec_list(s, UNIT_EXEC, command, b->app);
        unit_spec_list(s, UNIT_EXEC, command, "--work");
        unit_spec_list(s, UNIT_EXEC, command, "/work");
        unit_spec_list(s, UNIT_EXEC, command, "--cache");
        unit_spec_list(s, UNIT_EXEC, command, "/cache");
        unit_spec_list(s, UNIT_EXEC, command, "--stack");
        unit_spec_list(s, UNIT_EXEC, command, "host");
        unit_spec_list(s, UNIT_EXEC, command, "--max-bytes");
        unit_spec_listf(s, UNIT_EXEC, command, "%llu", (unsigned long long) b->max_bytes);
        unit_spec_list(s, UNIT_EXEC, command, "--max-files");
        unit_spec_listf(s, UNIT_EXEC, command, "%llu", (unsigned long long) b->max_files);
        unit_spec_list(s, UNIT_EXEC, command, "--cache-quota");
        unit_spec_listf(s, UNIT_EXEC, command, "%llu", (unsigned long long) b->cache_quota);
}

UnitSpec *render_build(const RenderBuild *b)
{
        _cleanup_free_ char *unit = render_build_unit(b->app, b->operation);
        _cleanup_unit_spec_ UnitSpec *s = unit ? unit_spec_new(unit) : NULL;
        if (!s)
                return NULL;

        unit_spec_stringf(s, "Description", "Build %llu of %s", (unsigned long long) b->operation, b->app);
        render_add_operation(s, "build", b->app, b->app_id, b->operation);
        /* The result waits for its reader, should the manager be away when it comes. */
        unit_spec_bool(s, "RemainAfterExit", true);
        unit_spec_u64(s, "TimeoutStartUSec", b->timeout * USEC_PER_SEC);
        unit_spec_u64(s, "TimeoutStopUSec", 10 * USEC_PER_SEC);
        unit_spec_u64(s, "MemoryMax", b->memory);
        unit_spec_u64(s, "TasksMax", 4096);
        unit_spec_stringf(s, "User", "%u", (unsigned) b->build_uid);
        unit_spec_stringf(s, "Group", "%u", (unsigned) b->build_uid);
        unit_spec_fd(s, "StandardInputFileDescriptor", b->pipe_read);
        add_build_paths(s, b);
        unit_spec_list(s, UNIT_STRV, "Environment", "STACK=host");
        unit_spec_list(s, UNIT_STRV, "Environment", "HOME=/app");
        unit_spec_list(s, UNIT_STRV, "Environment", "LANG=C.UTF-8");
        unit_spec_listf(s, UNIT_STRV, "Environment", "SOURCE_VERSION=%s", b->commit);
        if (b->request)
                unit_spec_listf(s, UNIT_STRV, "Environment", "REQUEST_ID=%s", b->request);
        add_build_command(s, b);
        return TAKE_PTR(s);
}

static UnitSpec *source_spec(const char *kind, const char *app, const char *app_id, uint64_t operation,
                             int fd)
{
        _cleanup_free_ char *unit = render_operation_unit(kind, app, operation);
        _cleanup_unit_spec_ UnitSpec *s = unit ? unit_spec_new(unit) : NULL;
        if (!s)
                return NULL;

        unit_spec_stringf(s, "Description", "Source of build %llu of %s", (unsigned long long) operation,
                          app);
        render_add_operation(s, "build", app, app_id, operation);
        unit_spec_string(s, "User", "paas");
        unit_spec_fd(s, "StandardOutputFileDescriptor", fd);
        unit_spec_string(s, "StandardError", "journal");
        unit_spec_list(s, UNIT_EXEC, "ExecStart", PAAS_LIB "/paas-source");
        unit_spec_list(s, UNIT_EXEC, "ExecStart", "repo");
        unit_spec_listf(s, UNIT_EXEC, "ExecStart", PAAS_REPOSITORY, app);
        return TAKE_PTR(s);
}

UnitSpec *render_source(const RenderBuild *b)
{
        static const char command[] = "ExecStart";
        _cleanup_unit_spec_ UnitSpec *s =
                source_spec("source", b->app, b->app_id, b->operation, b->pipe_write);
        if (!s)
                return NULL;

        /* Not RemainAfterExit: for as long as the unit is active, PID 1 keeps the pipe's end open, and the
         * builder would wait for more. */
        unit_spec_string(s, "CollectMode", "inactive-or-failed");
        unit_spec_u64(s, "TimeoutStartUSec", b->timeout * USEC_PER_SEC);
        unit_spec_list(s, UNIT_EXEC, command, "commit");
        unit_spec_list(s, UNIT_EXEC, command, b->commit);
        if (b->tip) {
                unit_spec_list(s, UNIT_EXEC, command, "tip");
                unit_spec_list(s, UNIT_EXEC, command, b->tip);
        }
        if (b->old) {
                unit_spec_list(s, UNIT_EXEC, command, "old");
                unit_spec_list(s, UNIT_EXEC, command, b->old);
        }
        if (b->forced)
                unit_spec_list(s, UNIT_EXEC, command, "forced");
        unit_spec_list(s, UNIT_EXEC, command, "max-bytes");
        unit_spec_listf(s, UNIT_EXEC, command, "%llu", (unsigned long long) b->max_bytes);
        unit_spec_list(s, UNIT_EXEC, command, "max-files");
        unit_spec_listf(s, UNIT_EXEC, command, "%llu", (unsigned long long) b->max_files);
        return TAKE_PTR(s);
}

UnitSpec *render_resolve(const char *app, const char *app_id, uint64_t operation, const char *ref, int fd)
{
        _cleanup_unit_spec_ UnitSpec *s = source_spec("source-resolve", app, app_id, operation, fd);
        if (!s)
                return NULL;
        unit_spec_string(s, "CollectMode", "inactive-or-failed");
        unit_spec_u64(s, "TimeoutStartUSec", 60 * USEC_PER_SEC);
        unit_spec_list(s, UNIT_EXEC, "ExecStart", "resolve");
        unit_spec_list(s, UNIT_EXEC, "ExecStart", ref);
        return TAKE_PTR(s);
}

UnitSpec *render_log(const char *name, char *const *arguments, int fd)
{
        _cleanup_free_ char *unit = NULL;
        if (asprintf(&unit, "%s.service", name) < 0)
                return NULL;
        _cleanup_unit_spec_ UnitSpec *s = unit_spec_new(unit);
        if (!s)
                return NULL;

        unit_spec_string(s, "Description", "Reads the journal for a caller");
        unit_spec_string(s, "Type", "exec");
        unit_spec_string(s, "Slice", "paas.slice");
        unit_spec_string(s, "CollectMode", "inactive-or-failed");
        unit_spec_fd(s, "StandardOutputFileDescriptor", fd);
        unit_spec_string(s, "StandardError", "journal");
        unit_spec_list(s, UNIT_EXEC, "ExecStart", PAAS_LIB "/paas-log");
        for (char *const *a = arguments; a && *a; a++)
                unit_spec_list(s, UNIT_EXEC, "ExecStart", *a);
        return TAKE_PTR(s);
}
