/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Decides whether a new process may go live: makes the checks of its app.json, all at once, or asks it GET /
 * with the real Host, as the router would, until it answers with a status below 500. It runs beside the
 * process, with few rights, since what an application answers is foreign: the manager reads the exit status
 * alone. On failure it explains itself on standard output. A check that is a command runs in the
 * application's own sandbox, where this program is started a second time.
 */

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "basic/text.h"
#include "probe/checklist.h"

typedef struct Options {
        Asked asked;
        CheckType type;
        bool commands, watch;
} Options;

static int usage(FILE *out, int status)
{
        fputs("usage: paas-probe --app NAME --name web.1 --uid UID --timeout SECONDS\n"
              "                  [--address ADDRESS:PORT --host HOST] [--ports FIRST-LAST]\n"
              "                  [--listen socket|proxy --address unix@PATH --port PORT]\n"
              "                  [--type startup|readiness|liveness] [--commands] [--watch]\n"
              "Makes the checks in $PAAS_CHECK_*, or asks GET / until the status is below 500. Exit "
              "status:\n"
              "0 passed, 10 not (standard output says why), 1 it could not ask. See paas-probe(8).\n",
              out);
        return status;
}

static int parse_port(const char *text, uint16_t *ret)
{
        uint64_t n;
        if (text_parse_uint(text, 65535, &n) < 0 || n == 0)
                return -EINVAL;
        *ret = (uint16_t) n;
        return 0;
}

/* "unix@/run/paas/sock/blog/web.1-v12.3.sock": what follows the "@". It need not be there yet. */
static int parse_path(const char *path, Options *o)
{
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        size_t n = strlen(path);
        if (path[0] != '/' || n >= sizeof(address.sun_path))
                return -EINVAL;
        memcpy(address.sun_path, path, n);
        memcpy(&o->asked.target.address, &address, sizeof(address));
        o->asked.target.address_length = sizeof(address);
        o->asked.target.path = path;
        return 0;
}

/* "127.0.0.1:20003", "[::1]:20003" or "unix@PATH". */
static int parse_address(const char *text, Options *o)
{
        char host[64];
        if (text_after(text, "unix@"))
                return parse_path(text_after(text, "unix@"), o);
        const char *colon = strrchr(text, ':');
        if (!colon || (size_t) (colon - text) >= sizeof(host) || parse_port(colon + 1, &o->asked.port) < 0)
                return -EINVAL;
        memcpy(host, text, (size_t) (colon - text));
        host[colon - text] = '\0';

        struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(o->asked.port)};
        struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(o->asked.port)};
        size_t n = strlen(host);
        if (inet_pton(AF_INET, host, &v4.sin_addr) == 1) {
                memcpy(&o->asked.target.address, &v4, sizeof(v4));
                o->asked.target.address_length = sizeof(v4);
                return 0;
        }
        if (n < 2 || host[0] != '[' || host[n - 1] != ']')
                return -EINVAL;
        host[n - 1] = '\0';
        if (inet_pton(AF_INET6, host + 1, &v6.sin6_addr) != 1)
                return -EINVAL;
        memcpy(&o->asked.target.address, &v6, sizeof(v6));
        o->asked.target.address_length = sizeof(v6);
        return 0;
}

static int parse_range(const char *text, Options *o)
{
        char first[8];
        const char *dash = strchr(text, '-');
        if (!dash || (size_t) (dash - text) >= sizeof(first))
                return -EINVAL;
        memcpy(first, text, (size_t) (dash - text));
        first[dash - text] = '\0';
        return parse_port(first, &o->asked.range_first) < 0 || parse_port(dash + 1, &o->asked.range_last) < 0
                       ? -EINVAL
                       : 0;
}

static int parse_host(const char *text, Options *o)
{
        size_t n = strlen(text);
        if (n == 0 || n > 255 ||
            strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                         ".-_:[]*") != n)
                return -EINVAL;
        o->asked.target.host = text;
        return 0;
}

static int parse_option(int c, const char *text, Options *o)
{
        uint64_t n;
        switch (c) {
        case 'a':
                o->asked.app = text;
                return 0;
        case 'n':
                o->asked.name = text;
                return 0;
        case 'A':
                return parse_address(text, o);
        case 'H':
                return parse_host(text, o);
        case 'u':
                if (text_parse_uint(text, UINT32_MAX - 1, &n) < 0)
                        return -EINVAL;
                o->asked.uid = (uid_t) n;
                return 0;
        case 't':
                return text_parse_seconds(text, &o->asked.timeout);
        case 'p':
                return parse_range(text, o);
        case 'P':
                return parse_port(text, &o->asked.port);
        case 'l':
                return listen_from_string(text, &o->asked.listen);
        case 'y':
                return check_type_from_string(text, &o->type);
        case 'w':
                o->watch = true;
                return 0;
        case 'c':
                o->commands = true;
                return 0;
        default:
                return -EINVAL;
        }
}

static int parse_options(int argc, char **argv, Options *ret)
{
        static const struct option known[] = {
                {"app", required_argument, NULL, 'a'},
                {"name", required_argument, NULL, 'n'},
                {"address", required_argument, NULL, 'A'},
                {"host", required_argument, NULL, 'H'},
                {"uid", required_argument, NULL, 'u'},
                {"timeout", required_argument, NULL, 't'},
                {"ports", required_argument, NULL, 'p'},
                {"type", required_argument, NULL, 'y'},
                {"commands", no_argument, NULL, 'c'},
                {"watch", no_argument, NULL, 'w'},
                {"help", no_argument, NULL, 'h'},
                {"listen", required_argument, NULL, 'l'},
                {"port", required_argument, NULL, 'P'},
                {"version", no_argument, NULL, 'V'},
                {0},
        };
        Options o = {.asked = {.uid = (uid_t) -1, .range_first = 20000, .range_last = 29999}};
        for (int c, i = 0; (c = getopt_long(argc, argv, "", known, &i)) != -1;) {
                if (c == 'h')
                        exit(usage(stdout, EXIT_SUCCESS));
                if (c == 'V') {
                        puts("paas-probe " PAAS_VERSION);
                        exit(EXIT_SUCCESS);
                }
                if (c == '?')
                        return -EINVAL;
                if (parse_option(c, optarg, &o) < 0) {
                        fprintf(stderr, "paas-probe: --%s %s: not valid\n", known[i].name, optarg);
                        return -EINVAL;
                }
        }
        const Asked *a = &o.asked;
        if (optind < argc || !a->app || !a->name || a->uid == (uid_t) -1 || a->timeout == 0 ||
            (a->listen == LISTEN_PORT) != !a->target.path)
                return -EINVAL;
        *ret = o;
        return 0;
}

int main(int argc, char **argv)
{
        static Checklist list;
        Options o;
        if (parse_options(argc, argv, &o) < 0)
                return usage(stderr, EXIT_FAILURE);
        int r = checklist_read(o.type, o.commands, &list);
        if (r < 0) {
                fprintf(stderr, "paas-probe: a check in $PAAS_CHECK_* cannot be read: %s\n", strerror(-r));
                return EXIT_FAILURE;
        }
        if (o.watch && o.type == CHECK_READINESS)
                checklist_attend(&o.asked, &list);
        bool passed = o.watch ? checklist_watch(&o.asked, &list) : checklist_ask(&o.asked, &list);
        checklist_clear(&list);
        if (passed && o.watch) {
                fputs("paas-probe: cannot go on watching\n", stderr);
                return EXIT_FAILURE;
        }
        return passed ? EXIT_SUCCESS : CHECK_EXIT_REFUSED;
}
