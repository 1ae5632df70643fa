/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "render/oneoff.h"

#include "basic/clock.h"
#include "model/paths.h"

static UnitSpec *begin(const RenderOneoff *o)
{
        const RenderInstance *i = &o->instance;
        const InstanceName *n = i->name;
        _cleanup_free_ char *unit = instance_unit_name(n, ".service");
        _cleanup_unit_spec_ UnitSpec *s = unit ? unit_spec_new(unit) : NULL;
        if (!s)
                return NULL;

        unit_spec_stringf(s, "Description", "%s %s.%u on release v%llu", n->app, n->type, n->index,
                          (unsigned long long) n->version);
        unit_spec_u64(s, "TimeoutStopUSec", i->stop_timeout * USEC_PER_SEC);
        unit_spec_bool(s, "IgnoreOnIsolate", true);
        instance_add_identity(s, i);
        instance_add_environment(s, i);
        instance_add_files(s, n, o->environment_file);
        instance_add_log_fields(s, n, i->app_id, o->source);
        if (o->operation)
                unit_spec_listf(s, UNIT_LOG_FIELDS, "LogExtraFields", "PAAS_OPERATION=%s", o->operation);
        return TAKE_PTR(s);
}

UnitSpec *render_oneoff(const RenderOneoff *o)
{
        _cleanup_unit_spec_ UnitSpec *s = begin(o);
        if (!s)
                return NULL;
        unit_spec_string(s, "Type", "oneshot");
        unit_spec_bool(s, "RemainAfterExit", true);
        unit_spec_u64(s, "TimeoutStartUSec", o->time_limit * USEC_PER_SEC);
        instance_add_journal(s);
        unit_spec_list(s, UNIT_EXEC, "ExecStart", PAAS_LIB "/paas-init");
        return TAKE_PTR(s);
}

UnitSpec *render_run(const RenderOneoff *o)
{
        static const char command[] = "ExecStart";
        _cleanup_unit_spec_ UnitSpec *s = begin(o);
        if (!s)
                return NULL;
        unit_spec_string(s, "Type", "exec");
        unit_spec_string(s, "CollectMode", "inactive-or-failed");
        unit_spec_bool(s, "SendSIGHUP", true); /* a shell at its prompt ignores SIGTERM */
        if (o->control >= 0) {
                unit_spec_fd(s, "StandardInputFileDescriptor", o->control);
                unit_spec_string(s, "StandardOutput", "journal");
                unit_spec_string(s, "StandardError", "journal");
        } else {
                instance_add_journal(s);
        }
        unit_spec_list(s, UNIT_EXEC, command, PAAS_LIB "/paas-attach");
        if (o->control < 0)
                unit_spec_list(s, UNIT_EXEC, command, "--detached");
        if (o->time_limit > 0) {
                unit_spec_u64(s, "RuntimeMaxUSec", o->time_limit * USEC_PER_SEC);
                unit_spec_list(s, UNIT_EXEC, command, "--time-limit");
                unit_spec_listf(s, UNIT_EXEC, command, "%llu", (unsigned long long) o->time_limit);
        }
        return TAKE_PTR(s);
}
