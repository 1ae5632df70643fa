/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "render/promoteunits.h"

#include <errno.h>

#include "basic/clock.h"
#include "model/name.h"
#include "model/paths.h"

/* An hour: a million files are linked in seconds, and a large history is fetched in minutes. */
#define TIME_LIMIT (3600 * USEC_PER_SEC)

static char *unit_name(const char *kind, const char *app, uint64_t operation)
{
        _cleanup_free_ char *escaped = name_escape(app);
        char *s = NULL;
        return escaped && asprintf(&s, "paas-%s-%s-%llu.service", kind, escaped,
                                   (unsigned long long) operation) >= 0
                       ? s
                       : NULL;
}

char *render_link_unit(const char *app, uint64_t operation)
{
        return unit_name("link", app, operation);
}

char *render_transfer_unit(const char *app, uint64_t operation)
{
        return unit_name("source-transfer", app, operation);
}

static UnitSpec *promotion_spec(const RenderPromotion *p, char *unit)
{
        static const char fields[] = "LogExtraFields";
        UnitSpec *s = unit ? unit_spec_new(unit) : NULL;
        free(unit);
        if (!s)
                return NULL;
        unit_spec_string(s, "Type", "oneshot");
        unit_spec_string(s, "Slice", "paas-build.slice");
        unit_spec_string(s, "CollectMode", "inactive-or-failed");
        unit_spec_string(s, "SyslogIdentifier", "promote");
        unit_spec_u64(s, "TimeoutStartUSec", TIME_LIMIT);
        unit_spec_listf(s, UNIT_LOG_FIELDS, fields, "PAAS_APP=%s", p->app);
        unit_spec_listf(s, UNIT_LOG_FIELDS, fields, "PAAS_APP_ID=%s", p->app_id);
        unit_spec_list(s, UNIT_LOG_FIELDS, fields, "PAAS_SOURCE=build");
        unit_spec_listf(s, UNIT_LOG_FIELDS, fields, "PAAS_OPERATION=%s/%llu", p->app,
                        (unsigned long long) p->operation);
        return s;
}

UnitSpec *render_link(const RenderPromotion *p)
{
        static const char command[] = "ExecStart";
        _cleanup_unit_spec_ UnitSpec *s = promotion_spec(p, render_link_unit(p->app, p->operation));
        if (!s)
                return NULL;
        unit_spec_stringf(s, "Description", "Gives the slug of %s to %s", p->source, p->app);
        unit_spec_list(s, UNIT_EXEC, command, "/bin/cp");
        unit_spec_list(s, UNIT_EXEC, command, "-alT");
        unit_spec_list(s, UNIT_EXEC, command, "--");
        unit_spec_listf(s, UNIT_EXEC, command, PAAS_SLUG, p->source, p->slug);
        unit_spec_listf(s, UNIT_EXEC, command, PAAS_SLUG_PART, p->app, p->slug,
                        (unsigned long long) p->operation);
        return TAKE_PTR(s);
}

static void add_source(UnitSpec *s, const char *app, const char *commit)
{
        static const char command[] = "ExecStart";
        unit_spec_string(s, "User", "paas");
        unit_spec_string(s, "StandardError", "journal");
        unit_spec_list(s, UNIT_EXEC, command, PAAS_LIB "/paas-source");
        unit_spec_list(s, UNIT_EXEC, command, "repo");
        unit_spec_listf(s, UNIT_EXEC, command, PAAS_REPOSITORY, app);
        unit_spec_list(s, UNIT_EXEC, command, "commit");
        unit_spec_list(s, UNIT_EXEC, command, commit);
}

UnitSpec *render_transfer(const RenderPromotion *p)
{
        static const char command[] = "ExecStart";
        _cleanup_unit_spec_ UnitSpec *s = promotion_spec(p, render_transfer_unit(p->app, p->operation));
        if (!s)
                return NULL;
        unit_spec_stringf(s, "Description", "Gives commit %.8s of %s to %s", p->commit, p->source, p->app);
        unit_spec_listf(s, UNIT_STRV, "ReadWritePaths", PAAS_REPOSITORY, p->app);
        add_source(s, p->app, p->commit);
        unit_spec_list(s, UNIT_EXEC, command, "from");
        unit_spec_listf(s, UNIT_EXEC, command, PAAS_REPOSITORY, p->source);
        return TAKE_PTR(s);
}

UnitSpec *render_compare(const char *name, const char *app, const char *commit, const char *other,
                         const char *tip, int fd)
{
        static const char command[] = "ExecStart";
        _cleanup_unit_spec_ UnitSpec *s = unit_spec_new(name);
        if (!s)
                return NULL;
        unit_spec_stringf(s, "Description", "Compares %s with %s", app, other);
        unit_spec_string(s, "Type", "exec");
        unit_spec_string(s, "Slice", "paas-build.slice");
        unit_spec_string(s, "CollectMode", "inactive-or-failed");
        unit_spec_u64(s, "RuntimeMaxUSec", 60 * USEC_PER_SEC);
        unit_spec_fd(s, "StandardOutputFileDescriptor", fd);
        add_source(s, app, commit);
        unit_spec_list(s, UNIT_EXEC, command, "compare");
        unit_spec_listf(s, UNIT_EXEC, command, PAAS_REPOSITORY, other);
        if (tip) {
                unit_spec_list(s, UNIT_EXEC, command, "tip");
                unit_spec_list(s, UNIT_EXEC, command, tip);
        }
        return TAKE_PTR(s);
}
