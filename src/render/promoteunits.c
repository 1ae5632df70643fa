/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "render/promoteunits.h"

#include "basic/clock.h"
#include "model/paths.h"
#include "render/buildunits.h"

/* An hour: a million files are linked in seconds, and a large history is fetched in minutes. */
#define TIME_LIMIT (3600 * USEC_PER_SEC)

char *render_link_unit(const char *app, uint64_t operation)
{
        return render_operation_unit("link", app, operation);
}

char *render_transfer_unit(const char *app, uint64_t operation)
{
        return render_operation_unit("source-transfer", app, operation);
}

static UnitSpec *promotion_spec(const RenderPromotion *p, char *unit)
{
        UnitSpec *s = unit ? unit_spec_new(unit) : NULL;
        free(unit);
        if (!s)
                return NULL;
        render_add_operation(s, "promote", p->app, p->app_id, p->operation);
        unit_spec_string(s, "CollectMode", "inactive-or-failed");
        unit_spec_u64(s, "TimeoutStartUSec", TIME_LIMIT);
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
        char repository[256];
        snprintf(repository, sizeof(repository), PAAS_REPOSITORY, p->app);
        unit_spec_bind(s, "BindPaths", repository, repository);
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
