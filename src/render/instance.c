/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "render/instance.h"

#include <string.h>

#include "basic/clock.h"
#include "basic/text.h"
#include "model/name.h"
#include "model/paths.h"
#include "render/checkunits.h"
#include "render/slugunit.h"

#define SOCKET_BACKLOG 4096

/* It says itself when it is ready, and that it lives. The shell that was its first program may be gone. */
static void add_type(UnitSpec *s, const RenderInstance *i)
{
        const Checks *c = &i->release->checks;
        const Check *ready = checks_find(c, i->name->type, CHECK_STARTUP, CHECK_NOTIFY),
                    *lives = checks_find(c, i->name->type, CHECK_LIVENESS, CHECK_WATCHDOG);
        unit_spec_string(s, "Type", ready ? "notify" : "exec");
        if (ready)
                unit_spec_u64(s, "TimeoutStartUSec", i->boot_timeout * USEC_PER_SEC);
        if (lives)
                unit_spec_u64(s, "WatchdogUSec", lives->seconds * USEC_PER_SEC);
        if (ready || lives)
                unit_spec_string(s, "NotifyAccess", "all");
}

static void add_lifecycle(UnitSpec *s, const RenderInstance *i)
{
        add_type(s, i);
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

#define QUIET_SINCE ", quiet since "

char *render_instance_description(const InstanceName *n, uint64_t quiet_since)
{
        char *s = NULL, when[CLOCK_TEXT_SIZE] = "";
        if (quiet_since > 0)
                clock_format(quiet_since + USEC_PER_SEC - 1, when);
        return asprintf(&s, "%s %s.%u of release v%llu%s%s", n->app, n->type, n->index,
                        (unsigned long long) n->version, quiet_since > 0 ? QUIET_SINCE : "", when) < 0
                       ? NULL
                       : s;
}

uint64_t render_quiet_since(const char *description)
{
        uint64_t since = 0;
        const char *when = strstr(description, QUIET_SINCE);
        return when && clock_parse(when + strlen(QUIET_SINCE), &since) >= 0 ? since : 0;
}

UnitSpec *render_instance_service(const RenderInstance *i)
{
        const InstanceName *n = i->name;
        _cleanup_free_ char *unit = instance_unit_name(n, ".service"),
                            *description = render_instance_description(n, 0);
        _cleanup_unit_spec_ UnitSpec *s = unit && description ? unit_spec_new(unit) : NULL;
        if (!s)
                return NULL;

        unit_spec_string(s, "Description", description);
        instance_add_identity(s, i);
        add_lifecycle(s, i);
        instance_add_environment(s, i);
        instance_add_files(s, n, NULL);
        instance_add_log_fields(s, n, i->app_id, "app");
        instance_add_journal(s);
        if (i->listen != LISTEN_PORT) {
                _cleanup_free_ char *socket = instance_unit_name(n, ".socket");
                if (!socket)
                        return NULL;
                unit_spec_list(s, UNIT_STRV, "Requires", socket);
                unit_spec_list(s, UNIT_STRV, "After", socket);
        }
        unit_spec_list(s, UNIT_EXEC, "ExecStart", PAAS_LIB "/paas-init");
        for (int kind = 0; kind < _WATCH_MAX; kind++) {
                _cleanup_free_ char *live = render_live_unit(i, (RenderWatch) kind);
                if (live)
                        unit_spec_list(s, UNIT_STRV, "Wants", live);
        }
        return TAKE_PTR(s);
}

/* Connections that come while the process starts, or is started again, wait in its queue. */
UnitSpec *render_instance_socket(const RenderInstance *i)
{
        const InstanceName *n = i->name;
        _cleanup_free_ char *unit = instance_unit_name(n, ".socket"), *short_name = instance_short_name(n),
                            *slice = render_slice_name(n->app);
        _cleanup_unit_spec_ UnitSpec *s = unit && short_name && slice ? unit_spec_new(unit) : NULL;
        if (!s)
                return NULL;

        unit_spec_stringf(s, "Description", "Socket of %s %s", n->app, short_name);
        unit_spec_string(s, "Slice", slice);
        unit_spec_listf(s, UNIT_STREAMS, "Listen", PAAS_SOCKET, n->app, short_name);
        /* Other applications are kept out by the mode of the file. */
        unit_spec_string(s, "SocketUser", "paas-router");
        unit_spec_u32(s, "SocketMode", 0660);
        unit_spec_u32(s, "DirectoryMode", 0711);
        unit_spec_u32(s, "Backlog", SOCKET_BACKLOG);
        unit_spec_bool(s, "FlushPending", false);
        unit_spec_bool(s, "RemoveOnStop", true);
        /* A process that cannot be started must not keep systemd busy; reconcile replaces what hit this. */
        unit_spec_u64(s, "TriggerLimitIntervalUSec", 2 * USEC_PER_SEC);
        unit_spec_u32(s, "TriggerLimitBurst", 20);
        unit_spec_u64(s, "StartLimitIntervalUSec", 0);
        unit_spec_bool(s, "IgnoreOnIsolate", true);
        unit_spec_string(s, "CollectMode", "inactive-or-failed");
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
        char assets[512] = "";
        if (i->assets)
                snprintf(assets, sizeof(assets), ":" PAAS_ASSETS_MOUNT, n->app, version);
        unit_spec_stringf(s, "Options",
                          "lowerdir=" PAAS_SLUG_MOUNT "%s,upperdir=" PAAS_LAYER "/upper,workdir=" PAAS_LAYER
                          "/work,nosuid,nodev",
                          n->app, version, assets, n->app, short_name, n->app, short_name);
        unit_spec_list(s, UNIT_STRV, "Requires", slug_unit);
        unit_spec_list(s, UNIT_STRV, "After", slug_unit);
        unit_spec_bool(s, "StopWhenUnneeded", true);
        unit_spec_string(s, "CollectMode", "inactive-or-failed");
        return TAKE_PTR(s);
}
