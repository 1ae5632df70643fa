/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/catalog/resolve.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>

#include "basic/text.h"
#include "render/buildunits.h"

static void resolved(Job *j)
{
        char *id = j->resolved;
        id[strcspn(id, "\n")] = '\0';
        size_t n = strspn(id, "0123456789abcdef");
        if (id[n] || (n != 40 && n != 64) || text_replace(&j->operation.commit, id) < 0) {
                job_fail(j, "\"%s\" is no commit of this application's repository", j->operation.commit);
                return;
        }
        j->operation.step = STEP_QUEUED;
        j->waiting = true;
        job_run_queue(j->engine);
}

static int readable(sd_event_source *source, int fd, uint32_t revents, void *userdata)
{
        Job *j = userdata;
        ssize_t n = read(fd, j->resolved + j->n_resolved, sizeof(j->resolved) - 1 - j->n_resolved);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
                return 0;
        if (n > 0) {
                j->n_resolved += (size_t) n;
                return 0;
        }
        j->resolved[j->n_resolved] = '\0';
        j->resolve_io = sd_event_source_disable_unref(j->resolve_io);
        closep(&j->resolve_fd);
        j->resolve_fd = -1;
        resolved(j);
        return 0;
}

void resolve_begin(Job *j)
{
        AppState *s = job_app(j);
        int fds[2];
        if (!s || pipe2(fds, O_CLOEXEC | O_NONBLOCK) < 0) {
                job_fail(j, "cannot ask the repository: %s", strerror(errno));
                return;
        }
        j->resolve_fd = fds[0];
        j->n_resolved = 0;
        _cleanup_close_ int write_end = fds[1];
        _cleanup_unit_spec_ UnitSpec *spec =
                render_resolve(s->app.name, s->app.id, j->operation.number, j->operation.commit, write_end);
        int r = unit_spec_check(spec);
        if (r >= 0)
                r = units_start(j->engine->units, spec, NULL, 0, NULL, NULL, NULL);
        if (r >= 0)
                r = sd_event_add_io(j->engine->event, &j->resolve_io, j->resolve_fd, EPOLLIN, readable, j);
        if (r < 0)
                job_fail(j, "cannot ask the repository: %s", strerror(-r));
}
