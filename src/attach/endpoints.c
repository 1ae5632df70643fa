/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "attach/endpoints.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

static int make_terminal(const AttachMessage *hello, Endpoints *e)
{
        const struct winsize size = {
                .ws_row = (unsigned short) hello->rows,
                .ws_col = (unsigned short) hello->columns,
        };
        e->tty = true;
        e->theirs[0] = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
        if (e->theirs[0] < 0)
                return -errno;
        e->n_theirs = 1;
        if (grantpt(e->theirs[0]) < 0 || unlockpt(e->theirs[0]) < 0 ||
            ioctl(e->theirs[0], TIOCSWINSZ, &size) < 0)
                return -errno;
        for (int i = 0; i < 3; i++) {
                e->own[i] = ioctl(e->theirs[0], TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
                if (e->own[i] < 0)
                        return -errno;
        }
        return 0;
}

static int make_pipes(Endpoints *e)
{
        e->n_theirs = 3;
        for (int i = 0; i < 3; i++) {
                int fds[2];
                if (pipe2(fds, O_CLOEXEC) < 0)
                        return -errno;
                e->own[i] = fds[i == 0 ? 0 : 1];
                e->theirs[i] = fds[i == 0 ? 1 : 0];
        }
        return 0;
}

int endpoints_make(const AttachMessage *hello, Endpoints *ret)
{
        Endpoints e = ENDPOINTS_NULL;
        int r = hello->tty ? make_terminal(hello, &e) : make_pipes(&e);
        if (r < 0)
                endpoints_clear(&e);
        else
                *ret = e;
        return r;
}

int endpoints_enter(const Endpoints *e)
{
        if (setsid() < 0)
                return -errno;
        if (e->tty && ioctl(e->own[0], TIOCSCTTY, 0) < 0)
                return -errno;
        for (int i = 0; i < 3; i++)
                if (dup2(e->own[i], i) < 0)
                        return -errno;
        return 0;
}

static void close_all(int *fds)
{
        for (int i = 0; i < 3; i++) {
                if (fds[i] >= 0)
                        close(fds[i]);
                fds[i] = -1;
        }
}

void endpoints_close_theirs(Endpoints *e)
{
        close_all(e->theirs);
}

void endpoints_clear(Endpoints *e)
{
        close_all(e->own);
        close_all(e->theirs);
}
