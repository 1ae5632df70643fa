/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/measure.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>

#include "basic/buffer.h"
#include "basic/clock.h"
#include "basic/log.h"
#include "render/usageunit.h"

struct Measure {
        MeasureDone done;
        void *userdata;
        sd_event_source *io;
        int fd;
        Buffer output;
};

Measure *measure_free(Measure *m)
{
        if (!m)
                return NULL;
        sd_event_source_disable_unref(m->io);
        closep(&m->fd);
        buffer_clear(&m->output);
        free(m);
        return NULL;
}
DEFINE_CLEANUP(Measure *, measure_free)

static void finish(Measure *m, int r)
{
        _cleanup_usage_ Usage usage = USAGE_NULL;
        _cleanup_error_ Error error = ERROR_NULL;
        m->io = sd_event_source_disable_unref(m->io);
        if (r >= 0 && m->output.failed)
                r = -ENOMEM;
        if (r >= 0)
                r = usage_parse(m->output.length > 0 ? m->output.data : "", m->output.length, &usage,
                                &error);
        if (r < 0)
                log_warning(0, "cannot count what is on the disk (see journalctl -t paas-usage): %s",
                            error_text(&error, r));
        m->done(m->userdata, r, &usage);
}

static int readable(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
        Measure *m = userdata;
        char chunk[65536];
        ssize_t n = read(fd, chunk, sizeof(chunk));
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
                return 0;
        if (n > 0 && m->output.length + (size_t) n <= USAGE_MAX_BYTES) {
                buffer_append(&m->output, chunk, (size_t) n);
                return 0;
        }
        finish(m, n < 0 ? -errno : n > 0 ? -EFBIG : 0);
        return 0;
}

int measure_start(Engine *e, const char *app, MeasureDone done, void *userdata, Measure **ret)
{
        int fds[2];
        if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) < 0)
                return -errno;
        _cleanup_close_ int write_end = fds[1];
        _cleanup_(measure_freep) Measure *m = calloc(1, sizeof(Measure));
        if (!m) {
                close(fds[0]);
                return -ENOMEM;
        }
        *m = (Measure){.done = done, .userdata = userdata, .fd = fds[0]};
        /* The reader must not block; the program that writes may. */
        int r = fcntl(write_end, F_SETFL, 0) < 0 ? -errno : 0;
        _cleanup_unit_spec_ UnitSpec *spec = render_usage(clock_realtime(), app, !app, write_end);
        if (r >= 0)
                r = unit_spec_check(spec);
        if (r >= 0)
                r = sd_event_add_io(e->event, &m->io, m->fd, EPOLLIN, readable, m);
        if (r >= 0)
                r = units_start(e->units, spec, NULL, 0, NULL, NULL, NULL);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(m);
        return 0;
}
