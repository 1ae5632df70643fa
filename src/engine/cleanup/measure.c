/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/cleanup/measure.h"

#include <errno.h>

#include "basic/clock.h"
#include "basic/log.h"
#include "engine/cleanup/cleaner.h"
#include "engine/world/unitoutput.h"
#include "render/usageunit.h"

struct Measure {
        MeasureDone done;
        void *userdata;
        UnitOutput *output;
};

Measure *measure_free(Measure *m)
{
        if (m)
                unit_output_free(m->output);
        free(m);
        return NULL;
}
DEFINE_CLEANUP(Measure *, measure_free)

static void finish(void *userdata, int r, const char *text, size_t length)
{
        Measure *m = userdata;
        _cleanup_usage_ Usage usage = USAGE_NULL;
        _cleanup_error_ Error error = ERROR_NULL;
        if (r >= 0)
                r = usage_parse(text, length, &usage, &error);
        if (r < 0)
                log_warning(0, "cannot count what is on the disk (see journalctl -t paas-usage): %s",
                            error_text(&error, r));
        m->done(m->userdata, r, &usage);
}

int measure_start(Engine *e, const char *app, MeasureDone done, void *userdata, Measure **ret)
{
        _cleanup_close_ int fd = -1;
        _cleanup_(measure_freep) Measure *m = calloc(1, sizeof(Measure));
        if (!m)
                return -ENOMEM;
        *m = (Measure){.done = done, .userdata = userdata};
        int r = unit_output_new(e, USAGE_MAX_BYTES, finish, m, &m->output, &fd);
        if (r < 0)
                return r;
        const char *going = app ? NULL : cleaner_hurry(e);
        _cleanup_unit_spec_ UnitSpec *spec = render_usage(clock_realtime(), app, !app, fd);
        if (spec && going) /* what is on its way out is not counted */
                unit_spec_list(spec, UNIT_STRV, "After", going);
        r = unit_spec_check(spec);
        if (r >= 0)
                r = units_start(e->units, spec, NULL, 0, NULL, NULL, NULL);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(m);
        return 0;
}
