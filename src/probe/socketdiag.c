/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "probe/socketdiag.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "basic/cleanup.h"

#define ANSWER_MAX 65536

static int add_socket(const char *payload, size_t size, Listeners *list)
{
        struct inet_diag_msg m;
        if (size < sizeof(m))
                return -EBADMSG;
        memcpy(&m, payload, sizeof(m));
        if (m.idiag_state != TCP_LISTEN || (m.idiag_family != AF_INET && m.idiag_family != AF_INET6))
                return 0;
        Listener l = {
                .v4 = m.idiag_family == AF_INET,
                .port = ntohs(m.id.idiag_sport),
                .uid = m.idiag_uid,
        };
        uint32_t words[4] = {0, 0, htonl(0xffff), m.id.idiag_src[0]};
        memcpy(&l.address, l.v4 ? words : m.id.idiag_src, sizeof(l.address));
        return listeners_add(list, &l);
}

int socketdiag_take(const void *data, size_t size, Listeners *list)
{
        const char *p = data;
        while (size > 0) {
                struct nlmsghdr h;
                int error, r = 0;
                if (size < sizeof(h))
                        return -EBADMSG;
                memcpy(&h, p, sizeof(h));
                if (h.nlmsg_len < sizeof(h) || h.nlmsg_len > size)
                        return -EBADMSG;
                const char *payload = p + NLMSG_HDRLEN;
                size_t length = h.nlmsg_len - NLMSG_HDRLEN;
                if (h.nlmsg_type == NLMSG_DONE)
                        return 0;
                if (h.nlmsg_type == NLMSG_ERROR) {
                        if (length < sizeof(error))
                                return -EBADMSG;
                        memcpy(&error, payload, sizeof(error));
                        return error < 0 ? error : -EBADMSG;
                }
                if (h.nlmsg_type == SOCK_DIAG_BY_FAMILY)
                        r = add_socket(payload, length, list);
                if (r < 0)
                        return r;
                size_t step = NLMSG_ALIGN(h.nlmsg_len);
                if (step >= size)
                        break;
                p += step;
                size -= step;
        }
        return 1;
}

static int ask(int fd, uint8_t family)
{
        struct {
                struct nlmsghdr header;
                struct inet_diag_req_v2 request;
        } m = {
                .header = {.nlmsg_len = sizeof(m),
                           .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                           .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
                .request = {.sdiag_family = family,
                            .sdiag_protocol = IPPROTO_TCP,
                            .idiag_states = 1u << TCP_LISTEN},
        };
        const struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
        ssize_t n = sendto(fd, &m, sizeof(m), 0, (const struct sockaddr *) &kernel, sizeof(kernel));
        return n < 0 ? -errno : 0;
}

static int read_answers(int fd, Listeners *list)
{
        static char answer[ANSWER_MAX];
        for (;;) {
                struct sockaddr_nl sender = {0};
                socklen_t length = sizeof(sender);
                ssize_t n = recvfrom(fd, answer, sizeof(answer), MSG_TRUNC, (struct sockaddr *) &sender,
                                     &length);
                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return -errno;
                if (sender.nl_pid != 0) /* not the kernel */
                        continue;
                int r = (size_t) n > sizeof(answer) ? -EMSGSIZE : socketdiag_take(answer, (size_t) n, list);
                if (r <= 0)
                        return r;
        }
}

int socketdiag_read(Listeners *ret)
{
        static const uint8_t families[] = {AF_INET, AF_INET6};
        _cleanup_listeners_ Listeners list = LISTENERS_NULL;
        _cleanup_close_ int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
        int r = fd < 0 ? -errno : 0;
        for (size_t i = 0; r >= 0 && i < sizeof(families); i++) {
                r = ask(fd, families[i]);
                if (r >= 0)
                        r = read_answers(fd, &list);
        }
        if (r < 0)
                return r;
        *ret = list;
        list = LISTENERS_NULL;
        return 0;
}
