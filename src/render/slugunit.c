/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "render/slugunit.h"

#include "basic/clock.h"
#include "model/name.h"
#include "model/paths.h"

#define ASSETS_LIMIT (60 * USEC_PER_SEC) /* a deploy waits for them */

char *render_slug_unit(const char *app, uint64_t version)
{
        _cleanup_free_ char *escaped = name_escape(app);
        char *s = NULL;
        return escaped && asprintf(&s, "paas-slug-%s-v%llu.service", escaped,
                                   (unsigned long long) version) >= 0
                       ? s
                       : NULL;
}

static char *assets_unit(const char *app, uint64_t version)
{
        _cleanup_free_ char *escaped = name_escape(app);
        char *s = NULL;
        return escaped && asprintf(&s, "paas-assets-%s-v%llu.service", escaped,
                                   (unsigned long long) version) >= 0
                       ? s
                       : NULL;
}

UnitSpec *render_assets(const RenderSlug *slug)
{
        static const char command[] = "ExecStart";
        unsigned long long version = (unsigned long long) slug->version,
                           before = (unsigned long long) slug->version_before;
        _cleanup_free_ char *unit = assets_unit(slug->app, slug->version);
        _cleanup_unit_spec_ UnitSpec *s = unit ? unit_spec_new(unit) : NULL;
        if (!s)
                return NULL;
        unit_spec_stringf(s, "Description", "Keeps the assets of earlier releases for %s v%llu", slug->app,
                          version);
        unit_spec_string(s, "Type", "oneshot");
        unit_spec_string(s, "Slice", "paas.slice");
        unit_spec_string(s, "SyslogIdentifier", "paas-assets");
        unit_spec_u64(s, "TimeoutStartUSec", ASSETS_LIMIT);
        unit_spec_list(s, UNIT_EXEC, command, PAAS_LIB "/paas-assets");
        unit_spec_listf(s, UNIT_EXEC, command, PAAS_ASSETS_LAYER, slug->app, version);
        unit_spec_list(s, UNIT_EXEC, command, slug->assets);
        unit_spec_listf(s, UNIT_EXEC, command, PAAS_SLUG "/app", slug->app, slug->slug_before);
        unit_spec_listf(s, UNIT_EXEC, command, PAAS_ASSETS_LAYER, slug->app, before);
        unit_spec_listf(s, UNIT_EXEC, command, "%u", (unsigned) slug->build_uid);
        return TAKE_PTR(s);
}

static void show_assets(UnitSpec *s, const RenderSlug *slug)
{
        unsigned long long version = (unsigned long long) slug->version;
        _cleanup_free_ char *unit = assets_unit(slug->app, slug->version);
        if (unit && slug->slug_before) {
                unit_spec_list(s, UNIT_STRV, "Wants", unit); /* without them it serves as well */
                unit_spec_list(s, UNIT_STRV, "After", unit);
        }
        unit_spec_listf(s, UNIT_EXEC, "ExecStart", PAAS_ASSETS_LAYER PAAS_ASSETS_TREE, slug->app, version);
        unit_spec_listf(s, UNIT_EXEC, "ExecStart", PAAS_ASSETS_MOUNT, slug->app, version);
}

UnitSpec *render_slug(const RenderSlug *slug)
{
        unsigned long long v = (unsigned long long) slug->version;
        _cleanup_free_ char *unit = render_slug_unit(slug->app, slug->version);
        _cleanup_unit_spec_ UnitSpec *s = unit ? unit_spec_new(unit) : NULL;
        if (!s)
                return NULL;

        unit_spec_stringf(s, "Description", "Slug of %s v%llu, as its processes see it", slug->app, v);
        unit_spec_string(s, "Type", "oneshot");
        unit_spec_bool(s, "RemainAfterExit", true);
        unit_spec_string(s, "Slice", "paas.slice");
        unit_spec_bool(s, "IgnoreOnIsolate", true);
        unit_spec_string(s, "CollectMode", "inactive-or-failed");
        unit_spec_string(s, "SyslogIdentifier", "paas-mount");
        unit_spec_listf(s, UNIT_STRV, "Environment", "PAAS_SLUG=%s", slug->slug);
        unit_spec_list(s, UNIT_EXEC, "ExecStart", PAAS_LIB "/paas-mount");
        unit_spec_listf(s, UNIT_EXEC, "ExecStart", PAAS_SLUG "/app", slug->app, slug->slug);
        unit_spec_listf(s, UNIT_EXEC, "ExecStart", PAAS_SLUG_MOUNT, slug->app, v);
        unit_spec_listf(s, UNIT_EXEC, "ExecStart", "%u", (unsigned) slug->build_uid);
        unit_spec_listf(s, UNIT_EXEC, "ExecStart", "%u", (unsigned) slug->run_uid);
        if (*slug->assets)
                show_assets(s, slug);
        unit_spec_list(s, UNIT_EXEC, "ExecStop", PAAS_LIB "/paas-mount");
        unit_spec_list(s, UNIT_EXEC, "ExecStop", "--unmount");
        unit_spec_listf(s, UNIT_EXEC, "ExecStop", PAAS_SLUG_MOUNT, slug->app, v);
        unit_spec_listf(s, UNIT_EXEC, "ExecStop", PAAS_ASSETS_MOUNT, slug->app, v);
        return TAKE_PTR(s);
}
