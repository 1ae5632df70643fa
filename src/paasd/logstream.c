/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>
#include <fcntl.h>

#include "basic/cleanup.h"
#include "basic/clock.h"
#include "paasd/objects.h"
#include "render/buildunits.h"

int logstream_open(Manager *m, char *const *arguments, int *ret_fd)
{
        int fds[2];
        char name[64];
        if (pipe2(fds, O_CLOEXEC) < 0)
                return -errno;
        _cleanup_close_ int read_end = fds[0], write_end = fds[1];
        snprintf(name, sizeof(name), "paas-log-%llu-%u", (unsigned long long) clock_monotonic(), ++m->logs);
        _cleanup_unit_spec_ UnitSpec *s = render_log(name, arguments, write_end);
        int r = unit_spec_check(s);
        if (r >= 0)
                r = units_start(m->engine->units, s, NULL, 0, NULL, NULL, NULL);
        if (r >= 0)
                *ret_fd = TAKE_FD(read_end);
        return r;
}
