/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/dnscheck.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netdb.h>
#include <string.h>

static bool same_address(const struct sockaddr *a, const struct sockaddr *b)
{
        if (!b || a->sa_family != b->sa_family)
                return false;
        if (a->sa_family == AF_INET)
                return memcmp(&((const struct sockaddr_in *) a)->sin_addr,
                              &((const struct sockaddr_in *) b)->sin_addr, sizeof(struct in_addr)) == 0;
        return a->sa_family == AF_INET6 &&
               memcmp(&((const struct sockaddr_in6 *) a)->sin6_addr,
                      &((const struct sockaddr_in6 *) b)->sin6_addr, sizeof(struct in6_addr)) == 0;
}

static bool is_ours(const struct sockaddr *address)
{
        struct ifaddrs *list = NULL;
        bool found = false;
        if (getifaddrs(&list) < 0)
                return false;
        for (struct ifaddrs *i = list; i && !found; i = i->ifa_next)
                found = same_address(address, i->ifa_addr);
        freeifaddrs(list);
        return found;
}

char *dns_check_wildcard(const char *domain, bool *ret_ok)
{
        const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
        struct addrinfo *list = NULL;
        char name[512], shown[INET6_ADDRSTRLEN] = "?", *text = NULL;
        int n;

        *ret_ok = false;
        snprintf(name, sizeof(name), "paas-check.%s", domain);
        int r = getaddrinfo(name, "443", &hints, &list);
        if (r != 0) {
                n = asprintf(&text, "%s: %s. Add a wildcard record *.%s that leads to this host", name,
                             gai_strerror(r), domain);
                return n < 0 ? NULL : text;
        }
        for (struct addrinfo *i = list; i && !*ret_ok; i = i->ai_next) {
                *ret_ok = is_ours(i->ai_addr);
                (void) getnameinfo(i->ai_addr, i->ai_addrlen, shown, sizeof(shown), NULL, 0, NI_NUMERICHOST);
        }
        freeaddrinfo(list);
        if (*ret_ok)
                n = asprintf(&text, "*.%s leads to this host (%s)", domain, shown);
        else
                n = asprintf(&text,
                             "*.%s leads to %s, which is no address of this host (fine behind a load "
                             "balancer or NAT)",
                             domain, shown);
        return n < 0 ? NULL : text;
}
