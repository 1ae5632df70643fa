/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/world/unitoutput.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>

struct UnitOutput {
        UnitOutputDone done;
        void *userdata;
        sd_event_source *io;
        int fd;
        size_t max;
        Buffer text;
};

UnitOutput *unit_output_free(UnitOutput *o)
{
        if (!o)
                return NULL;
        sd_event_source_disable_unref(o->io);
        closep(&o->fd);
        buffer_clear(&o->text);
        free(o);
        return NULL;
}
DEFINE_CLEANUP(UnitOutput *, unit_output_free)

static void finish(UnitOutput *o, int r)
{
        o->io = sd_event_source_disable_unref(o->io);
        if (r >= 0 && o->text.failed)
                r = -ENOMEM;
        o->done(o->userdata, r, o->text.length > 0 ? o->text.data : "", o->text.length);
}

static int readable(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
        UnitOutput *o = userdata;
        char chunk[65536];
        ssize_t n = read(fd, chunk, sizeof(chunk));
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
                return 0;
        if (n > 0 && o->text.length + (size_t) n <= o->max) {
                buffer_append(&o->text, chunk, (size_t) n);
                return 0;
        }
        finish(o, n < 0 ? -errno : n > 0 ? -EFBIG : 0);
        return 0;
}

int unit_output_new(Engine *e, size_t max, UnitOutputDone done, void *userdata, UnitOutput **ret,
                    int *ret_fd)
{
        int fds[2];
        if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) < 0)
                return -errno;
        _cleanup_close_ int write_end = fds[1];
        _cleanup_(unit_output_freep) UnitOutput *o = calloc(1, sizeof(UnitOutput));
        if (!o) {
                close(fds[0]);
                return -ENOMEM;
        }
        *o = (UnitOutput){.done = done, .userdata = userdata, .fd = fds[0], .max = max};
        /* The reader must not block; the program that writes may. */
        int r = fcntl(write_end, F_SETFL, 0) < 0 ? -errno : 0;
        if (r >= 0)
                r = sd_event_add_io(e->event, &o->io, o->fd, EPOLLIN, readable, o);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(o);
        *ret_fd = TAKE_FD(write_end);
        return 0;
}
