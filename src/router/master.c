/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "router/router.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "basic/clock.h"
#include "router/exchange.h"
#include "router/parse.h"
#include "router/worker.h"

/* The master reads the configuration again by becoming a new process: its socket is gone for that while.
 * HAProxy 3.0 tells the outcome in its answer; 2.6 closes the connection without a word, and what happened
 * is told by its counters of reloads and of failed ones. */

#define RELOAD_TIMEOUT (10 * USEC_PER_SEC)
#define RELOAD_PAUSE (20 * USEC_PER_MSEC)

typedef struct Reloads {
        unsigned all, failed;
} Reloads;

static int read_reloads(Router *r, Reloads *ret, Error *e)
{
        _cleanup_free_ char *reply = NULL;
        int k = router_command(r->master_socket, ROUTER_SOCKET_MASTER, "show proc", ROUTER_COMMAND_TIMEOUT,
                               &reply, e);
        if (k < 0)
                return k;
        if (router_parse_proc(reply, &ret->all, &ret->failed) < 0)
                return error_set(e, -EIO, "HAProxy's master gave no list of its processes");
        return 0;
}

static void pause_for(uint64_t usec)
{
        nanosleep(&(struct timespec){.tv_nsec = (long) usec * 1000}, NULL);
}

static int refused(Error *e)
{
        return error_set(e, -EBADMSG,
                         "HAProxy refused the new configuration and goes on with the old one: "
                         "journalctl -u paas-router.service says why");
}

static int await_master(Router *r, Reloads before, uint64_t deadline, Error *e)
{
        for (;;) {
                Reloads now;
                int k = read_reloads(r, &now, e);
                if (k >= 0 && now.failed > before.failed)
                        return refused(e);
                if (k >= 0 && now.all > before.all)
                        return 0;
                if (clock_monotonic() >= deadline)
                        return error_set(e, -ETIMEDOUT, "HAProxy did not reload within 10 seconds");
                pause_for(RELOAD_PAUSE);
        }
}

static int await_worker(Router *r, uint64_t deadline, Error *e)
{
        for (;;) {
                _cleanup_free_ char *reply = NULL;
                int k = router_ask(r, &reply, e, "show info");
                if (k >= 0 || clock_monotonic() >= deadline)
                        return k;
                pause_for(RELOAD_PAUSE);
        }
}

int router_reload(Router *r, Error *e)
{
        uint64_t deadline = clock_monotonic() + RELOAD_TIMEOUT;
        Reloads before;
        int k = read_reloads(r, &before, e);
        if (k < 0)
                return k;

        _cleanup_free_ char *reply = NULL;
        _cleanup_error_ Error tolerated = ERROR_NULL;
        k = router_command(r->master_socket, ROUTER_SOCKET_MASTER, "reload", RELOAD_TIMEOUT, &reply,
                           &tolerated);
        int told = k >= 0 ? router_parse_reload(reply, e) : 0; /* cut off while it reloads: ask */
        if (told < 0)
                return error_prefix(e, told,
                                    "HAProxy refused the new configuration and goes on with the old one");
        if (told == 0)
                k = await_master(r, before, deadline, e);
        else
                k = 0;
        if (k >= 0)
                k = await_worker(r, deadline, e);
        if (k >= 0 && e)
                error_clear(e);
        return k;
}
