/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "render/checkunits.h"

#include <string.h>

#include "basic/clock.h"
#include "model/name.h"
#include "model/paths.h"
#include "model/unitname.h"

static char *unit_name(const char *kind, const InstanceName *name, unsigned attempt)
{
        _cleanup_free_ char *app = name_escape(name->app), *type = name_escape(name->type);
        char *s = NULL;
        if (!app || !type ||
            asprintf(&s, "paas-%s-%s-%s.%u-v%llu.%llu-%u.service", kind, app, type, name->index,
                     (unsigned long long) name->version, (unsigned long long) name->operation, attempt) < 0)
                return NULL;
        return s;
}

char *render_probe_unit(const InstanceName *name, unsigned attempt)
{
        return unit_name("probe", name, attempt);
}

char *render_command_unit(const InstanceName *name, unsigned attempt)
{
        return unit_name("check", name, attempt);
}

static bool is_watched(const RenderInstance *i, RenderWatch kind)
{
        const Checks *checks = &i->release->checks;
        const Check *c = NULL;
        if (kind == WATCH_READY)
                return checks_find(checks, i->name->type, CHECK_READINESS, CHECK_COMMAND);
        while ((c = checks_next(checks, i->name->type, CHECK_LIVENESS, c)))
                if (c->way != CHECK_WATCHDOG && (c->way == CHECK_COMMAND) == (kind == WATCH_LIVE_COMMANDS))
                        return true;
        return false;
}

char *render_live_unit(const RenderInstance *i, RenderWatch kind)
{
        static const char *const prefixes[] = {
                [WATCH_LIVE] = "paas-live-",
                [WATCH_LIVE_COMMANDS] = "paas-livecheck-",
                [WATCH_READY] = READY_UNIT_PREFIX,
        };
        _cleanup_free_ char *app = name_escape(i->name->app), *type = name_escape(i->name->type);
        char *s = NULL;
        if (!is_watched(i, kind) || !app || !type ||
            asprintf(&s, "%s%s-%s.%u-v%llu.%llu.service", prefixes[kind], app, type, i->name->index,
                     (unsigned long long) i->name->version, (unsigned long long) i->name->operation) < 0)
                return NULL;
        return s;
}

static UnitSpec *begin(const RenderCheck *c, char *unit, const char *source)
{
        const InstanceName *n = c->instance->name;
        _cleanup_free_ char *watched = instance_unit_name(n, ".service");
        _cleanup_unit_spec_ UnitSpec *s = unit && watched ? unit_spec_new(unit) : NULL;
        if (!s)
                return NULL;
        unit_spec_stringf(s, "Description", "Check of %s %s.%u v%llu", n->app, n->type, n->index,
                          (unsigned long long) n->version);
        unit_spec_string(s, "CollectMode", "inactive-or-failed");
        instance_add_log_fields(s, n, c->instance->app_id, source);
        if (c->operation)
                unit_spec_listf(s, UNIT_LOG_FIELDS, "LogExtraFields", "PAAS_OPERATION=%s", c->operation);
        unit_spec_listf(s, UNIT_STRV, "Environment", "PAAS_UNIT=%s", watched);
        if (c->checks)
                unit_spec_listf(s, UNIT_ENV_FILES, "EnvironmentFiles", PAAS_ENV_CHECKS, n->app,
                                (unsigned long long) n->version, n->type);
        return TAKE_PTR(s);
}

/* The command line, as far as both have it in common. */
static void add_command(UnitSpec *s, const RenderCheck *c)
{
        static const char command[] = "ExecStart";
        const InstanceName *n = c->instance->name;
        unit_spec_list(s, UNIT_EXEC, command, PAAS_LIB "/paas-probe");
        unit_spec_list(s, UNIT_EXEC, command, "--app");
        unit_spec_list(s, UNIT_EXEC, command, n->app);
        unit_spec_list(s, UNIT_EXEC, command, "--name");
        unit_spec_listf(s, UNIT_EXEC, command, "%s.%u", n->type, n->index);
        unit_spec_list(s, UNIT_EXEC, command, "--uid");
        unit_spec_listf(s, UNIT_EXEC, command, "%u", (unsigned) c->instance->run_uid);
        unit_spec_list(s, UNIT_EXEC, command, "--timeout");
        unit_spec_listf(s, UNIT_EXEC, command, "%llu", (unsigned long long) c->timeout);
        unit_spec_list(s, UNIT_EXEC, command, "--type");
        unit_spec_list(s, UNIT_EXEC, command, check_type_to_string(c->type));
}

/* Of a socket that systemd holds: where it is, and what the process was told instead. */
static void add_socket(UnitSpec *s, const RenderInstance *i)
{
        static const char command[] = "ExecStart";
        char directory[256];
        snprintf(directory, sizeof(directory), PAAS_SOCKETS, i->name->app);
        unit_spec_bind(s, "BindReadOnlyPaths", directory, directory);
        unit_spec_list(s, UNIT_EXEC, command, "--listen");
        unit_spec_list(s, UNIT_EXEC, command, listen_to_string(i->listen));
        unit_spec_list(s, UNIT_EXEC, command, "--port");
        unit_spec_listf(s, UNIT_EXEC, command, "%u", i->port);
}

static void make_oneshot(UnitSpec *s, const RenderCheck *c)
{
        unit_spec_string(s, "Type", "oneshot");
        unit_spec_u64(s, "TimeoutStartUSec", (c->timeout + c->span + 10) * USEC_PER_SEC);
}

static UnitSpec *make_probe(const RenderCheck *c, char *unit)
{
        static const char command[] = "ExecStart";
        _cleanup_unit_spec_ UnitSpec *s = begin(c, unit, "paas");
        if (!s)
                return NULL;
        unit_spec_string(s, "Slice", "paas.slice");
        unit_spec_string(s, "SyslogIdentifier", "check");
        add_command(s, c);
        unit_spec_list(s, UNIT_EXEC, command, "--host");
        unit_spec_list(s, UNIT_EXEC, command, c->host);
        if (c->address) {
                unit_spec_list(s, UNIT_EXEC, command, "--address");
                unit_spec_list(s, UNIT_EXEC, command, c->address);
        }
        if (c->address && c->instance->listen != LISTEN_PORT)
                add_socket(s, c->instance);
        return TAKE_PTR(s);
}

static UnitSpec *make_command(const RenderCheck *c, char *unit)
{
        const InstanceName *n = c->instance->name;
        _cleanup_free_ char *watched = instance_unit_name(n, ".service");
        _cleanup_unit_spec_ UnitSpec *s = watched ? begin(c, unit, "app") : NULL;
        if (!s)
                return NULL;
        instance_add_identity(s, c->instance);
        unit_spec_string(s, "SyslogIdentifier", "check");
        instance_add_environment(s, c->instance);
        instance_add_files(s, n, NULL);
        instance_add_journal(s);
        unit_spec_list(s, UNIT_STRV, "JoinsNamespaceOf", watched);
        add_command(s, c);
        unit_spec_list(s, UNIT_EXEC, "ExecStart", "--commands");
        return TAKE_PTR(s);
}

UnitSpec *render_probe(const RenderCheck *c)
{
        _cleanup_free_ char *unit = render_probe_unit(c->instance->name, c->attempt);
        UnitSpec *s = make_probe(c, unit);
        if (s)
                make_oneshot(s, c);
        return s;
}

UnitSpec *render_command(const RenderCheck *c)
{
        _cleanup_free_ char *unit = render_command_unit(c->instance->name, c->attempt);
        UnitSpec *s = make_command(c, unit);
        if (s)
                make_oneshot(s, c);
        return s;
}

/* It comes with the instance, which wants it, also when systemd starts that again, and goes with it. */
UnitSpec *render_live(const RenderCheck *c, RenderWatch kind)
{
        const InstanceName *n = c->instance->name;
        _cleanup_free_ char *unit = render_live_unit(c->instance, kind),
                            *watched = instance_unit_name(n, ".service");
        _cleanup_unit_spec_ UnitSpec *s =
                unit && watched ? kind == WATCH_LIVE ? make_probe(c, unit) : make_command(c, unit) : NULL;
        if (!s)
                return NULL;
        unit_spec_string(s, "Type", kind == WATCH_READY ? "notify" : "exec");
        unit_spec_list(s, UNIT_STRV, "BindsTo", watched);
        unit_spec_list(s, UNIT_STRV, "After", watched);
        if (kind == WATCH_READY) /* it says so for as long as it likes */
                unit_spec_u64(s, "TimeoutStartUSec", UINT64_MAX);
        else { /* the one end that says something of the process */
                unit_spec_status(s, "RestartPreventExitStatus", CHECK_EXIT_REFUSED);
                unit_spec_listf(s, UNIT_STRV, "OnFailure", RELIVE_UNIT_PREFIX "%s",
                                watched + strlen("paas-app-"));
        }
        unit_spec_string(s, "Restart", "always");
        unit_spec_u64(s, "RestartUSec", USEC_PER_SEC);
        unit_spec_u64(s, "StartLimitIntervalUSec", 0);
        unit_spec_bool(s, "IgnoreOnIsolate", true);
        unit_spec_list(s, UNIT_EXEC, "ExecStart", "--watch");
        return TAKE_PTR(s);
}
