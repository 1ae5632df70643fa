/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "basic/fdpass.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

typedef union Control {
        struct cmsghdr header; /* for its alignment */
        char space[CMSG_SPACE(sizeof(int) * FDPASS_MAX)];
} Control;

int fdpass_send(int socket, const void *data, size_t length, const int *fds, size_t n_fds)
{
        Control control = {0};
        struct iovec part = {.iov_base = (void *) data, .iov_len = length};
        struct msghdr m = {.msg_iov = &part, .msg_iovlen = 1};

        if (n_fds > FDPASS_MAX)
                return -EINVAL;
        if (n_fds > 0) {
                m.msg_control = &control;
                m.msg_controllen = CMSG_SPACE(sizeof(int) * n_fds);
                struct cmsghdr *c = CMSG_FIRSTHDR(&m);
                c->cmsg_level = SOL_SOCKET;
                c->cmsg_type = SCM_RIGHTS;
                c->cmsg_len = CMSG_LEN(sizeof(int) * n_fds);
                memcpy(CMSG_DATA(c), fds, sizeof(int) * n_fds);
        }
        ssize_t n;
        do
                n = sendmsg(socket, &m, MSG_NOSIGNAL);
        while (n < 0 && errno == EINTR);
        return n < 0 ? -errno : 0;
}

static void take(const struct cmsghdr *c, int fds[FDPASS_MAX], size_t *n)
{
        size_t count = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < count; i++) {
                int fd;
                memcpy(&fd, CMSG_DATA(c) + i * sizeof(int), sizeof(fd));
                if (*n < FDPASS_MAX)
                        fds[(*n)++] = fd;
                else
                        close(fd);
        }
}

int fdpass_receive(int socket, void *data, size_t max, int fds[FDPASS_MAX], size_t *ret_n_fds)
{
        Control control;
        struct iovec part = {.iov_base = data, .iov_len = max};
        struct msghdr m = {
                .msg_iov = &part,
                .msg_iovlen = 1,
                .msg_control = &control,
                .msg_controllen = sizeof(control),
        };
        int own[FDPASS_MAX];
        size_t count = 0;
        ssize_t n;

        do
                n = recvmsg(socket, &m, MSG_CMSG_CLOEXEC);
        while (n < 0 && errno == EINTR);
        if (n < 0)
                return -errno;
        for (struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, c))
                if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS)
                        take(c, own, &count);
        bool cut = m.msg_flags & (MSG_TRUNC | MSG_CTRUNC);
        if (cut || !ret_n_fds) {
                for (size_t i = 0; i < count; i++)
                        close(own[i]);
                return cut ? -EMSGSIZE : (int) n;
        }
        memcpy(fds, own, count * sizeof(int));
        *ret_n_fds = count;
        return (int) n;
}
