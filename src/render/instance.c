/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "render/instance.h"

#include <errno.h>

#include "basic/clock.h"
#include "basic/text.h"
#include "model/name.h"
#include "model/paths.h"

char *render_slug_unit(const char *app, uint64_t version)
{
        _cleanup_free_ char *escaped = name_escape(app);
        char *s = NULL;
        return escaped && asprintf(&s, "paas-slug-%s-v%llu.service", escaped,
                                   (unsigned long long) version) >= 0
                       ? s
                       : NULL;
}

static void add_lifecycle(UnitSpec *s, const RenderInstance *i)
{
        unit_spec_string(s, "Type", "exec");
        unit_spec_string(s, "Restart", "always");
        unit_spec_u64(s, "RestartUSec", USEC_PER_SEC);
        if (i->restart_steps) {
                unit_spec_u32(s, "RestartSteps", 8);
                unit_spec_u64(s, "RestartMaxDelayUSec", 300 * USEC_PER_SEC);
        }
        /* Never given up silently: five exits in ten seconds would otherwise end it for good. */
        unit_spec_u64(s, "StartLimitIntervalUSec", 0);
        unit_spec_i32(s, "KillSignal", i->stop_signal);
        unit_spec_string(s, "KillMode", i->stop_main ? "mixed" : "control-group");
        unit_spec_u64(s, "TimeoutStopUSec", i->stop_timeout * USEC_PER_SEC);
        unit_spec_bool(s, "IgnoreOnIsolate", true);
        unit_spec_string(s, "CollectMode", "inactive-or-failed");
}

UnitSpec *render_instance_service(const RenderInstance *i)
{
        const InstanceName *n = i->name;
        _cleanup_free_ char *unit = instance_unit_name(n, ".service");
        _cleanup_unit_spec_ UnitSpec *s = unit ? unit_spec_new(unit) : NULL;
        if (!s)
                return NULL;

        unit_spec_stringf(s, "Description", "%s %s.%u of release v%llu", n->app, n->type, n->index,
                          (unsigned long long) n->version);
        instance_add_identity(s, i);
        add_lifecycle(s, i);
        instance_add_environment(s, i);
        instance_add_files(s, n, NULL);
        instance_add_log_fields(s, n, i->app_id, "app");
        instance_add_journal(s);
        unit_spec_list(s, UNIT_EXEC, "ExecStart", PAAS_LIB "/paas-init");
        return TAKE_PTR(s);
}

UnitSpec *render_instance_mount(const RenderInstance *i)
{
        const InstanceName *n = i->name;
        unsigned long long version = (unsigned long long) n->version;
        _cleanup_free_ char *short_name = instance_short_name(n), *path = instance_mount_path(n),
                            *unit = instance_mount_unit(n),
                            *slug_unit = render_slug_unit(n->app, n->version);
        if (!short_name || !path || !unit || !slug_unit)
                return NULL;
        _cleanup_unit_spec_ UnitSpec *s = unit_spec_new(unit);
        if (!s)
                return NULL;

        unit_spec_stringf(s, "Description", "Writable layer of %s %s", n->app, short_name);
        unit_spec_string(s, "What", "overlay");
        unit_spec_string(s, "Where", path);
        unit_spec_string(s, "Type", "overlay");
        unit_spec_stringf(s, "Options",
                          "lowerdir=" PAAS_SLUG_MOUNT ",upperdir=" PAAS_LAYER "/upper,workdir=" PAAS_LAYER
                          "/work,nosuid,nodev",
                          n->app, version, n->app, short_name, n->app, short_name);
        unit_spec_list(s, UNIT_STRV, "Requires", slug_unit);
        unit_spec_list(s, UNIT_STRV, "After", slug_unit);
        unit_spec_bool(s, "StopWhenUnneeded", true);
        unit_spec_string(s, "CollectMode", "inactive-or-failed");
        return TAKE_PTR(s);
}

UnitSpec *render_slug(const char *app, uint64_t version, const char *slug, uid_t build_uid, uid_t run_uid)
{
        unsigned long long v = (unsigned long long) version;
        _cleanup_free_ char *unit = render_slug_unit(app, version);
        _cleanup_unit_spec_ UnitSpec *s = unit ? unit_spec_new(unit) : NULL;
        if (!s)
                return NULL;

        unit_spec_stringf(s, "Description", "Slug of %s v%llu, as its processes see it", app, v);
        unit_spec_string(s, "Type", "oneshot");
        unit_spec_bool(s, "RemainAfterExit", true);
        unit_spec_string(s, "Slice", "paas.slice");
        unit_spec_bool(s, "IgnoreOnIsolate", true);
        unit_spec_string(s, "CollectMode", "inactive-or-failed");
        unit_spec_string(s, "SyslogIdentifier", "paas-mount");
        unit_spec_listf(s, UNIT_STRV, "Environment", "PAAS_SLUG=%s", slug);
        unit_spec_list(s, UNIT_EXEC, "ExecStart", PAAS_LIB "/paas-mount");
        unit_spec_listf(s, UNIT_EXEC, "ExecStart", PAAS_SLUG "/app", app, slug);
        unit_spec_listf(s, UNIT_EXEC, "ExecStart", PAAS_SLUG_MOUNT, app, v);
        unit_spec_listf(s, UNIT_EXEC, "ExecStart", "%u", (unsigned) build_uid);
        unit_spec_listf(s, UNIT_EXEC, "ExecStart", "%u", (unsigned) run_uid);
        unit_spec_list(s, UNIT_EXEC, "ExecStop", PAAS_LIB "/paas-mount");
        unit_spec_list(s, UNIT_EXEC, "ExecStop", "--unmount");
        unit_spec_listf(s, UNIT_EXEC, "ExecStop", PAAS_SLUG_MOUNT, app, v);
        return TAKE_PTR(s);
}

char *render_probe_unit(const InstanceName *name, unsigned attempt)
{
        _cleanup_free_ char *app = name_escape(name->app), *type = name_escape(name->type);
        char *s = NULL;
        if (!app || !type ||
            asprintf(&s, "paas-probe-%s-%s.%u-v%llu.%llu-%u.service", app, type, name->index,
                     (unsigned long long) name->version, (unsigned long long) name->operation, attempt) < 0)
                return NULL;
        return s;
}

UnitSpec *render_probe(const RenderProbe *p)
{
        const InstanceName *n = p->name;
        _cleanup_free_ char *unit = render_probe_unit(n, p->attempt),
                            *watched = instance_unit_name(n, ".service");
        _cleanup_unit_spec_ UnitSpec *s = unit && watched ? unit_spec_new(unit) : NULL;
        if (!s)
                return NULL;

        unit_spec_stringf(s, "Description", "Check of %s %s.%u v%llu", n->app, n->type, n->index,
                          (unsigned long long) n->version);
        unit_spec_string(s, "Type", "oneshot");
        unit_spec_string(s, "Slice", "paas.slice");
        unit_spec_string(s, "SyslogIdentifier", "check");
        unit_spec_string(s, "CollectMode", "inactive-or-failed");
        unit_spec_u64(s, "TimeoutStartUSec", (p->timeout + 10) * USEC_PER_SEC);
        instance_add_log_fields(s, n, p->app_id, "paas");
        if (p->operation)
                unit_spec_listf(s, UNIT_LOG_FIELDS, "LogExtraFields", "PAAS_OPERATION=%s", p->operation);
        unit_spec_listf(s, UNIT_STRV, "Environment", "PAAS_UNIT=%s", watched);

        static const char command[] = "ExecStart";
        unit_spec_list(s, UNIT_EXEC, command, PAAS_LIB "/paas-probe");
        unit_spec_list(s, UNIT_EXEC, command, "--app");
        unit_spec_list(s, UNIT_EXEC, command, n->app);
        unit_spec_list(s, UNIT_EXEC, command, "--name");
        unit_spec_listf(s, UNIT_EXEC, command, "%s.%u", n->type, n->index);
        unit_spec_list(s, UNIT_EXEC, command, "--address");
        unit_spec_list(s, UNIT_EXEC, command, p->address);
        unit_spec_list(s, UNIT_EXEC, command, "--host");
        unit_spec_list(s, UNIT_EXEC, command, p->host);
        unit_spec_list(s, UNIT_EXEC, command, "--uid");
        unit_spec_listf(s, UNIT_EXEC, command, "%u", (unsigned) p->run_uid);
        unit_spec_list(s, UNIT_EXEC, command, "--timeout");
        unit_spec_listf(s, UNIT_EXEC, command, "%llu", (unsigned long long) p->timeout);
        return TAKE_PTR(s);
}
