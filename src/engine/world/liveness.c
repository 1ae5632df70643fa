/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/world/liveness.h"

#include <errno.h>

#include "basic/strv.h"
#include "engine/world/appinfo.h"
#include "render/checkunits.h"

/* It may take as long to start as its start-up checks give it. */
static uint64_t starting_time(const Engine *e, const Instance *i, const Checks *checks)
{
        const Check *c = NULL;
        uint64_t longest = 0;
        while ((c = checks_next(checks, i->name.type, CHECK_STARTUP, c)))
                if (check_span(c) > longest)
                        longest = check_span(c);
        return e->settings.boot_timeout + longest;
}

int liveness_units(Engine *e, const AppState *s, const Instance *i, const RenderInstance *render,
                   UnitSpec *ret[static LIVENESS_UNITS])
{
        _cleanup_strv_ char **domains = NULL;
        char address[INSTANCE_ADDRESS_SIZE];
        int n = 0, r = app_domains(e, s, &domains);
        if (r < 0)
                return r;
        if (instance_is_routed(i))
                instance_address(i, address);
        RenderCheck c = {
                .instance = render,
                .type = CHECK_LIVENESS,
                .host = domains ? domains[0] : "localhost",
                .address = instance_is_routed(i) ? address : NULL,
                .checks = true,
                .timeout = starting_time(e, i, &render->release->checks),
        };
        for (int kind = 0; kind < _WATCH_MAX; kind++) {
                _cleanup_free_ char *unit = render_live_unit(render, (RenderWatch) kind);
                if (!unit)
                        continue;
                c.type = kind == WATCH_READY ? CHECK_READINESS : CHECK_LIVENESS;
                ret[n] = render_live(&c, (RenderWatch) kind);
                r = unit_spec_check(ret[n++]);
                if (r < 0)
                        break;
        }
        for (int k = 0; r < 0 && k < n; k++)
                unit_spec_free(ret[k]);
        return r < 0 ? r : n;
}
