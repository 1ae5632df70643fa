/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Decides whether a new web process may go live: asks it GET / with the real Host, as the router would,
 * until it answers with a status below 500. It runs beside the process, with few rights, since what an
 * application answers is foreign: the manager reads the exit status alone. On failure it explains itself
 * on standard output.
 */

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "basic/clock.h"
#include "basic/text.h"
#include "probe/attempt.h"
#include "probe/listeners.h"
#include "probe/report.h"

#define EXIT_REFUSED 10
#define ATTEMPT_TIMEOUT (10 * USEC_PER_SEC)
#define SOCKET_TABLES "/proc/self/net"

typedef struct Options {
        const char *app, *name, *host;
        Target target;
        uint16_t port, range_first, range_last;
        uid_t uid;
        uint64_t timeout; /* s */
} Options;

static int usage(FILE *out, int status)
{
        fputs("usage: paas-probe --app NAME --name web.1 --address ADDRESS:PORT --host HOST --uid UID\n"
              "                  --timeout SECONDS [--ports FIRST-LAST]\n"
              "Asks GET / until the status is below 500. Exit status: 0 yes, 10 no (standard output says\n"
              "why), 1 it could not ask. See paas-probe(8).\n",
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

/* "127.0.0.1:20003" or "[::1]:20003". */
static int parse_address(const char *text, Options *o)
{
        char host[64];
        const char *colon = strrchr(text, ':');
        if (!colon || (size_t) (colon - text) >= sizeof(host) || parse_port(colon + 1, &o->port) < 0)
                return -EINVAL;
        memcpy(host, text, (size_t) (colon - text));
        host[colon - text] = '\0';

        struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(o->port)};
        struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(o->port)};
        size_t n = strlen(host);
        if (inet_pton(AF_INET, host, &v4.sin_addr) == 1) {
                memcpy(&o->target.address, &v4, sizeof(v4));
                o->target.address_length = sizeof(v4);
                return 0;
        }
        if (n < 2 || host[0] != '[' || host[n - 1] != ']')
                return -EINVAL;
        host[n - 1] = '\0';
        if (inet_pton(AF_INET6, host + 1, &v6.sin6_addr) != 1)
                return -EINVAL;
        memcpy(&o->target.address, &v6, sizeof(v6));
        o->target.address_length = sizeof(v6);
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
        return parse_port(first, &o->range_first) < 0 || parse_port(dash + 1, &o->range_last) < 0 ? -EINVAL
                                                                                                  : 0;
}

static int parse_host(const char *text, Options *o)
{
        size_t n = strlen(text);
        if (n == 0 || n > 255 ||
            strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                         ".-_:[]*") != n)
                return -EINVAL;
        o->target.host = text;
        return 0;
}

static int parse_option(int c, const char *text, Options *o)
{
        uint64_t n;
        switch (c) {
        case 'a':
                o->app = text;
                return 0;
        case 'n':
                o->name = text;
                return 0;
        case 'A':
                return parse_address(text, o);
        case 'H':
                return parse_host(text, o);
        case 'u':
                if (text_parse_uint(text, UINT32_MAX - 1, &n) < 0)
                        return -EINVAL;
                o->uid = (uid_t) n;
                return 0;
        case 't':
                return text_parse_seconds(text, &o->timeout);
        case 'p':
                return parse_range(text, o);
        default:
                return -EINVAL;
        }
}

static int parse_options(int argc, char **argv, Options *ret)
{
        static const struct option known[] = {
                {"app", required_argument, NULL, 'a'},     {"name", required_argument, NULL, 'n'},
                {"address", required_argument, NULL, 'A'}, {"host", required_argument, NULL, 'H'},
                {"uid", required_argument, NULL, 'u'},     {"timeout", required_argument, NULL, 't'},
                {"ports", required_argument, NULL, 'p'},   {"help", no_argument, NULL, 'h'},
                {"version", no_argument, NULL, 'V'},       {0},
        };
        Options o = {.uid = (uid_t) -1, .range_first = 20000, .range_last = 29999};
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
        if (optind < argc || !o.app || !o.name || !o.target.host || o.port == 0 || o.uid == (uid_t) -1 ||
            o.timeout == 0)
                return -EINVAL;
        *ret = o;
        return 0;
}

static uint64_t clamp(uint64_t n, uint64_t low, uint64_t high)
{
        return n < low ? low : n > high ? high : n;
}

/* Until it listens, a refused connection costs nothing: the time lost is a twentieth of what it needed.
 * One that answers with an error logs each question. */
static uint64_t pause_after(AttemptOutcome outcome, uint64_t elapsed)
{
        if (outcome == ATTEMPT_REFUSED)
                return clamp(elapsed / 20, 5 * USEC_PER_MSEC, 50 * USEC_PER_MSEC);
        return clamp(elapsed / 5, 50 * USEC_PER_MSEC, USEC_PER_SEC);
}

static void sleep_for(uint64_t usec)
{
        nanosleep(&(struct timespec){.tv_sec = (time_t) (usec / USEC_PER_SEC),
                                     .tv_nsec = (long) (usec % USEC_PER_SEC) * 1000},
                  NULL);
}

/* Asks until it passes or the time is over. `told` keeps the attempt that tells most. Returns whether it
 * passed. */
static bool ask(const Options *o, Attempt *told, AttemptOutcome *ret_last)
{
        static Attempt attempt; /* 32 KiB */
        uint64_t start = clock_monotonic(), deadline = start + o->timeout * USEC_PER_SEC;
        for (;;) {
                uint64_t now = clock_monotonic();
                uint64_t until = now + ATTEMPT_TIMEOUT < deadline ? now + ATTEMPT_TIMEOUT : deadline;
                attempt_make(&o->target, until, &attempt);
                *ret_last = attempt.outcome;
                if (attempt.outcome >= told->outcome)
                        *told = attempt;
                if (attempt.outcome == ATTEMPT_ANSWERED && attempt.head.status < 500)
                        return true;
                now = clock_monotonic();
                uint64_t pause = pause_after(attempt.outcome, now - start);
                if (now + pause >= deadline)
                        return false;
                sleep_for(pause);
        }
}

static int explain(const Options *o, const Attempt *told, AttemptOutcome last, const Listeners *listeners)
{
        _cleanup_buffer_ Buffer text = BUFFER_NULL;
        report_failure(&(Report){.app = o->app,
                                 .name = o->name,
                                 .port = o->port,
                                 .range_first = o->range_first,
                                 .range_last = o->range_last,
                                 .uid = o->uid,
                                 .timeout = (unsigned) o->timeout,
                                 .told = told,
                                 .last = last,
                                 .listeners = listeners},
                       &text);
        if (text.data)
                fputs(text.data, stdout);
        return EXIT_REFUSED;
}

int main(int argc, char **argv)
{
        static Attempt told = {.outcome = ATTEMPT_REFUSED};
        Options o;
        if (parse_options(argc, argv, &o) < 0)
                return usage(stderr, EXIT_FAILURE);

        AttemptOutcome last;
        bool passed = ask(&o, &told, &last);

        _cleanup_listeners_ Listeners listeners = LISTENERS_NULL;
        int r = listeners_read(SOCKET_TABLES, &listeners);
        if (r < 0) {
                fprintf(stderr, "paas-probe: cannot read " SOCKET_TABLES "/tcp: %s\n", strerror(-r));
                if (passed)
                        return EXIT_FAILURE;
        }
        const Listener *stranger = report_stranger(&listeners, o.port, o.uid);
        if (stranger) {
                printf("port %u, given to %s, is held by a process of user %u, which is not this "
                       "application's\n",
                       o.port, o.name, (unsigned) stranger->uid);
                return EXIT_REFUSED;
        }
        return passed ? EXIT_SUCCESS : explain(&o, &told, last, &listeners);
}
