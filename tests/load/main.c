/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Open-loop load: each request has an instant at which it is sent, whatever became of those before it, and
 * its latency counts from that instant. Beside the requests, WebSockets that are held open and downloads
 * that take long. A line for each that ended is written to the record; tests/integration/lib/loadlib.py
 * reads it. It ends with its standard input.
 */

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>

#include "basic/cleanup.h"
#include "basic/clock.h"
#include "request.h"

#define TICK (2 * USEC_PER_MSEC)
#define LIMIT (20 * USEC_PER_SEC)
#define LIMIT_DOWNLOAD (90 * USEC_PER_SEC)
#define LIMIT_END (5 * USEC_PER_SEC)

static const Kind kinds[] = {
        {"h1", false, false, false, 30},    {"h1-new", false, false, true, 20},
        {"h1-tls", true, false, false, 15}, {"h1-tls-new", true, false, true, 5},
        {"h2", true, true, false, 25},      {"h2-new", true, true, true, 5},
};

size_t load_kind_index(const Kind *kind)
{
        return (size_t) (kind - kinds);
}

void load_record(Load *l, const char *kind, uint64_t intended, uint64_t sent, const char *what, bool again,
                 uint64_t connected)
{
        (void) fprintf(l->record, "%" PRIu64 " %" PRIu64 " %" PRIu64 " %s %s %d %" PRIu64 "\n", intended,
                       sent, clock_monotonic(), kind, what, again, connected);
        if (strcmp(what, "ok") != 0)
                l->failed++;
}

void load_begin(Load *l, const Kind *kind, uint64_t intended, uint64_t now, bool download)
{
        Request *r = calloc(1, sizeof *r);
        if (!r)
                abort();
        *r = (Request){.load = l,
                       .kind = kind,
                       .next = l->requests,
                       .intended = intended,
                       .sent = now,
                       .number = ++l->number,
                       .limit = intended + (download ? LIMIT_DOWNLOAD : LIMIT),
                       .download = download,
                       .length = -1};
        if (l->requests)
                l->requests->previous = r;
        l->requests = r;
        l->n_requests++;
        l->n_downloads += download;
        l->sent++;
        if (kind->http2)
                http2_send(l, r);
        else
                http1_send(l, r);
}

/* Each kind has its share, and they are mixed. */
static const Kind *mixture(uint64_t number)
{
        unsigned at = (unsigned) (number * 37 % 100);
        for (size_t i = 0; i < ELEMENTSOF(kinds); i++) {
                if (at < kinds[i].share)
                        return &kinds[i];
                at -= kinds[i].share;
        }
        return &kinds[0];
}

static void look_at_limits(Load *l, uint64_t now)
{
        for (Request *r = l->requests, *next; r; r = next) {
                next = r->next;
                if (now < r->limit)
                        continue;
                r->cancel(r);
                request_end(r, "timeout");
        }
}

static int on_tick(sd_event_source *source, uint64_t usec, void *userdata)
{
        Load *l = userdata;
        uint64_t now = clock_monotonic();
        while (l->rate > 0 && !l->ending && l->next <= now) {
                if (now - l->next > l->lag_max)
                        l->lag_max = now - l->next;
                uint64_t sent = clock_monotonic(); /* what had ended by then is known when it is sent */
                connections_serve(&l->target);
                load_begin(l, l->only ?: mixture(l->number), l->next, sent, false);
                l->next += USEC_PER_SEC / l->rate;
        }
        for (; now >= l->refill && l->n_downloads < l->downloads && !l->ending;)
                load_begin(l, &kinds[l->n_downloads % 2 == 0 ? 0 : 4], now, now, true);
        if (now >= l->refill)
                l->refill = now + USEC_PER_SEC;
        connections_tell_failed(&l->target);
        look_at_limits(l, now);
        if (!l->started && l->open >= l->websockets && now >= l->start + USEC_PER_SEC) {
                l->started = true;
                printf("started\n");
                (void) fflush(stdout);
        }
        if (l->ending && (now >= l->next || l->n_requests == 0))
                return sd_event_exit(l->target.event, 0);
        /* Each at its own instant: what the generator is late by would be in every latency. */
        uint64_t next = now + TICK;
        if (l->rate > 0 && !l->ending && l->next < next)
                next = l->next;
        (void) sd_event_source_set_time(source, next);
        return sd_event_source_set_enabled(source, SD_EVENT_ONESHOT);
}

static int on_input(sd_event_source *source, int fd, uint32_t events, void *userdata)
{
        Load *l = userdata;
        char c[256];
        if (read(fd, c, sizeof c) > 0)
                return 0;
        l->ending = true;
        l->next = clock_monotonic() + LIMIT_END;
        return sd_event_source_set_enabled(source, SD_EVENT_OFF);
}

static const Kind *kind_by_name(const char *name)
{
        for (size_t i = 0; i < ELEMENTSOF(kinds); i++)
                if (strcmp(kinds[i].name, name) == 0)
                        return &kinds[i];
        return NULL;
}

static int usage(void)
{
        fprintf(stderr,
                "load --host NAME --ca FILE --record FILE [--address 127.0.0.1] [--http 80] [--https 443]\n"
                "     [--rate 500 | --closed N] [--pool N] [--websockets N] [--downloads N] [--bytes N] "
                "[--kind");
        for (size_t i = 0; i < ELEMENTSOF(kinds); i++)
                fprintf(stderr, "%c%s", i == 0 ? ' ' : '|', kinds[i].name);
        fprintf(stderr, "]\n");
        return 2;
}

typedef struct Options {
        const char *ca, *record;
} Options;

static bool parse(int argc, char **argv, Load *l, Options *o)
{
        static const struct option options[] = {{"host", 1, NULL, 'h'},       {"ca", 1, NULL, 'c'},
                                                {"record", 1, NULL, 'o'},     {"address", 1, NULL, 'a'},
                                                {"http", 1, NULL, 'p'},       {"https", 1, NULL, 's'},
                                                {"rate", 1, NULL, 'r'},       {"closed", 1, NULL, 'n'},
                                                {"kind", 1, NULL, 'k'},       {"pool", 1, NULL, 'P'},
                                                {"websockets", 1, NULL, 'w'}, {"downloads", 1, NULL, 'd'},
                                                {"bytes", 1, NULL, 'b'},      {0}};
        for (int c; (c = getopt_long(argc, argv, "", options, NULL)) != -1;) {
                unsigned long n = optarg ? strtoul(optarg, NULL, 10) : 0;
                switch (c) {
                case 'h':
                        l->target.host = optarg;
                        break;
                case 'c':
                        o->ca = optarg;
                        break;
                case 'o':
                        o->record = optarg;
                        break;
                case 'a':
                        l->target.address = optarg;
                        break;
                case 'p':
                        l->target.http = (uint16_t) n;
                        break;
                case 's':
                        l->target.https = (uint16_t) n;
                        break;
                case 'r':
                        l->rate = n;
                        break;
                case 'n':
                        l->closed = (unsigned) n;
                        l->rate = 0;
                        break;
                case 'k':
                        l->only = kind_by_name(optarg);
                        if (!l->only)
                                return false;
                        break;
                case 'P':
                        l->pool = (unsigned) n;
                        break;
                case 'w':
                        l->websockets = (unsigned) n;
                        break;
                case 'd':
                        l->downloads = (unsigned) n;
                        break;
                case 'b':
                        l->download_bytes = n;
                        break;
                default:
                        return false;
                }
        }
        return l->target.host && o->record && optind == argc;
}

static int begin(Load *l, const Options *o)
{
        sd_event_source *tick = NULL, *input = NULL;
        int r = sd_event_new(&l->target.event);
        if (r < 0)
                return r;
        r = connections_begin(&l->target);
        if (r < 0)
                return r;
        l->target.tls = SSL_CTX_new(TLS_client_method());
        if (!l->target.tls)
                return -ENOMEM;
        SSL_CTX_set_verify(l->target.tls, SSL_VERIFY_PEER, NULL);
        SSL_CTX_set_mode(l->target.tls, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
        if (o->ca && SSL_CTX_load_verify_file(l->target.tls, o->ca) != 1)
                return -ENOENT;
        l->record = fopen(o->record, "we");
        if (!l->record)
                return -errno;
        r = sd_event_add_io(l->target.event, &input, STDIN_FILENO, EPOLLIN, on_input, l);
        if (r >= 0)
                r = sd_event_add_time(l->target.event, &tick, CLOCK_MONOTONIC, 0, 1, on_tick, l);
        return r;
}

int main(int argc, char **argv)
{
        Load l = {.target = {.address = "127.0.0.1", .http = 80, .https = 443},
                  .rate = 500,
                  .pool = 10,
                  .download_bytes = 65536};
        Options o = {0};
        struct rusage used;
        if (!parse(argc, argv, &l, &o))
                return usage();
        (void) signal(SIGPIPE, SIG_IGN); /* OpenSSL writes without MSG_NOSIGNAL */
        int r = begin(&l, &o);
        if (r < 0) {
                fprintf(stderr, "load: %s\n", strerror(-r));
                return 1;
        }
        l.next = l.start = clock_monotonic();
        for (unsigned i = 0; i < l.websockets; i++)
                websocket_keep(&l, i % 2 == 1, i);
        for (unsigned i = 0; i < l.closed; i++)
                load_begin(&l, l.only ?: mixture(i), l.start, l.start, false);
        r = sd_event_loop(l.target.event);
        (void) getrusage(RUSAGE_SELF, &used);
        double cpu = (double) (used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
                     (double) (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
        printf("{\"sent\": %" PRIu64 ", \"failed\": %" PRIu64
               ", \"seconds\": %.1f, \"cpu\": %.2f, \"lag_max_ms\": %.1f}\n",
               l.sent, l.failed, (double) (clock_monotonic() - l.start) / 1e6, cpu,
               (double) l.lag_max / 1e3);
        return r < 0 || fclose(l.record) != 0 ? 1 : 0;
}
