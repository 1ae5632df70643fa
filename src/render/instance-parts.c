/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "render/instance-parts.h"

#include <errno.h>

#include "basic/clock.h"
#include "model/name.h"
#include "model/paths.h"
#include "render/unitpath.h"

char *render_slice_name(const char *app)
{
        _cleanup_free_ char *escaped = name_escape(app);
        char *s = NULL;
        return escaped && asprintf(&s, "paas-app-%s.slice", escaped) >= 0 ? s : NULL;
}

char *instance_mount_path(const InstanceName *name)
{
        _cleanup_free_ char *short_name = instance_short_name(name);
        char *s = NULL;
        return short_name && asprintf(&s, PAAS_APP_MOUNT, name->app, short_name) >= 0 ? s : NULL;
}

char *instance_mount_unit(const InstanceName *name)
{
        _cleanup_free_ char *path = instance_mount_path(name);
        return path ? unit_path_escape(path, ".mount") : NULL;
}

/* What Heroku's dyno metadata and buildpacks look for, and the same under our own names. */
void instance_add_environment(UnitSpec *s, const RenderInstance *i)
{
        static const char property[] = "Environment";
        const InstanceName *n = i->name;
        unsigned long long version = (unsigned long long) n->version;
        char created[CLOCK_TEXT_SIZE];

        clock_format(i->release->created, created);
        if (i->port)
                unit_spec_listf(s, UNIT_STRV, property, "PORT=%u", i->port);
        if (i->listen != LISTEN_PORT)
                unit_spec_listf(s, UNIT_STRV, property, "PAAS_LISTEN=%s", listen_to_string(i->listen));
        unit_spec_listf(s, UNIT_STRV, property, "DYNO=%s.%u", n->type, n->index);
        unit_spec_listf(s, UNIT_STRV, property, "PS=%s.%u", n->type, n->index);
        unit_spec_list(s, UNIT_STRV, property, "HOME=/app");
        unit_spec_list(s, UNIT_STRV, property, "LANG=C.UTF-8");
        unit_spec_listf(s, UNIT_STRV, property, "MEMORY_AVAILABLE=%llu",
                        (unsigned long long) (i->size->memory >> 20));
        unit_spec_listf(s, UNIT_STRV, property, "STACK=%s", i->release->stack ? i->release->stack : "host");
        unit_spec_listf(s, UNIT_STRV, property, "PAAS_APP=%s", n->app);
        unit_spec_listf(s, UNIT_STRV, property, "PAAS_APP_ID=%s", i->app_id);
        unit_spec_listf(s, UNIT_STRV, property, "PAAS_PROCESS=%s.%u", n->type, n->index);
        unit_spec_listf(s, UNIT_STRV, property, "PAAS_RELEASE=v%llu", version);
        unit_spec_listf(s, UNIT_STRV, property, "PAAS_RELEASE_CREATED_AT=%s", created);
        unit_spec_listf(s, UNIT_STRV, property, "HEROKU_APP_NAME=%s", n->app);
        unit_spec_listf(s, UNIT_STRV, property, "HEROKU_APP_ID=%s", i->app_id);
        unit_spec_listf(s, UNIT_STRV, property, "HEROKU_RELEASE_VERSION=v%llu", version);
        unit_spec_listf(s, UNIT_STRV, property, "HEROKU_RELEASE_CREATED_AT=%s", created);
        if (i->release->commit) {
                unit_spec_listf(s, UNIT_STRV, property, "PAAS_COMMIT=%s", i->release->commit);
                unit_spec_listf(s, UNIT_STRV, property, "HEROKU_SLUG_COMMIT=%s", i->release->commit);
                unit_spec_listf(s, UNIT_STRV, property, "GIT_REV=%s", i->release->commit);
        }
}

void instance_add_files(UnitSpec *s, const InstanceName *n, const char *environment_file)
{
        unsigned long long version = (unsigned long long) n->version;
        _cleanup_free_ char *path = instance_mount_path(n), *unit = instance_mount_unit(n), *etc = NULL;

        unit_spec_listf(s, UNIT_ENV_FILES, "EnvironmentFiles", PAAS_ENV, n->app, version);
        if (environment_file)
                unit_spec_list(s, UNIT_ENV_FILES, "EnvironmentFiles", environment_file);
        else
                unit_spec_listf(s, UNIT_ENV_FILES, "EnvironmentFiles", PAAS_ENV_TYPE, n->app, version,
                                n->type);
        if (!path || !unit || asprintf(&etc, PAAS_ETC, n->app) < 0) {
                s->failed = -ENOMEM;
                return;
        }
        unit_spec_bind(s, "BindPaths", path, "/app");
        unit_spec_bind(s, "BindReadOnlyPaths", etc, "/etc");
        unit_spec_string(s, "WorkingDirectory", "/app");
        unit_spec_list(s, UNIT_STRV, "BindsTo", unit);
        unit_spec_list(s, UNIT_STRV, "After", unit);
}

void instance_add_log_fields(UnitSpec *s, const InstanceName *n, const char *app_id, const char *source)
{
        static const char property[] = "LogExtraFields";
        unit_spec_listf(s, UNIT_LOG_FIELDS, property, "PAAS_APP=%s", n->app);
        unit_spec_listf(s, UNIT_LOG_FIELDS, property, "PAAS_APP_ID=%s", app_id);
        unit_spec_listf(s, UNIT_LOG_FIELDS, property, "PAAS_PROCESS=%s.%u", n->type, n->index);
        unit_spec_listf(s, UNIT_LOG_FIELDS, property, "PAAS_RELEASE=v%llu", (unsigned long long) n->version);
        unit_spec_listf(s, UNIT_LOG_FIELDS, property, "PAAS_SOURCE=%s", source);
}

void instance_add_journal(UnitSpec *s)
{
        unit_spec_string(s, "StandardInput", "null");
        unit_spec_string(s, "StandardOutput", "journal");
        unit_spec_string(s, "StandardError", "journal");
}

/* Whose it is, and how much it may have. */
void instance_add_identity(UnitSpec *s, const RenderInstance *i)
{
        const InstanceName *n = i->name;
        _cleanup_free_ char *slice = render_slice_name(n->app);
        if (!slice) {
                s->failed = -ENOMEM;
                return;
        }
        unit_spec_string(s, "Slice", slice);
        unit_spec_stringf(s, "User", "%u", (unsigned) i->run_uid);
        unit_spec_stringf(s, "Group", "%u", (unsigned) i->run_uid);
        unit_spec_stringf(s, "SyslogIdentifier", "%s.%u", n->type, n->index);
        unit_spec_u64(s, "MemoryMax", i->size->memory);
        unit_spec_u64(s, "TasksMax", i->size->tasks);
        unit_spec_u64(s, "CPUWeight", i->size->weight);
}
