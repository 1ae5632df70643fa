/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "router/router.h"

#include <errno.h>
#include <string.h>

#include "basic/clock.h"
#include "router/exchange.h"
#include "router/parse.h"
#include "router/worker.h"

/* The master reads the configuration again by becoming a new process: its socket is gone for that while.
 * HAProxy 3.0 tells the outcome in its answer; 2.6 closes the connection without a word, and what happened
 * is told by its counters of reloads and of failed ones. */

#define RELOAD_TIMEOUT (10 * USEC_PER_SEC)

typedef struct Reloads {
        unsigned all, failed;
} Reloads;

typedef enum ReloadState {
        ASKED,  /* the master has been told */
        MASTER, /* its counters say how it went */
        WORKER, /* it went well: the new worker answers soon */
} ReloadState;

struct RouterReload {
        Router *router; /* borrowed */
        ReloadState state;
        Reloads before;
        uint64_t deadline;
        RouterQuestion question;
};

RouterReload *router_reload_free(RouterReload *x)
{
        if (!x)
                return NULL;
        router_question_clear(&x->question);
        free(x);
        return NULL;
}

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

int router_reload_begin(Router *r, RouterReload **ret, Error *e)
{
        _cleanup_(router_reload_freep) RouterReload *x = calloc(1, sizeof(RouterReload));
        if (!x)
                return -ENOMEM;
        x->router = r;
        x->question = ROUTER_QUESTION_NULL;
        x->deadline = clock_monotonic() + RELOAD_TIMEOUT;
        int k = read_reloads(r, &x->before, e);
        if (k < 0)
                return k;
        k = router_question_begin(&x->question, r->master_socket, ROUTER_SOCKET_MASTER, "reload");
        if (k < 0)
                return error_set(e, k, "the router's master cannot be told to reload: %s", strerror(-k));
        *ret = TAKE_PTR(x);
        return 0;
}

/* Cut off while it reloads: its counters are asked. */
static int take_outcome(RouterReload *x, int answered, const char *reply, Error *e)
{
        int told = answered == 0 ? router_parse_reload(reply, e) : 0;
        if (told < 0)
                return error_prefix(e, told,
                                    "HAProxy refused the new configuration and goes on with the old one");
        x->state = told > 0 ? WORKER : MASTER;
        return 1;
}

static int take_counters(RouterReload *x, int answered, const char *reply, Error *e)
{
        Reloads now;
        if (answered < 0 || router_parse_proc(reply, &now.all, &now.failed) < 0)
                return 1;
        if (now.failed > x->before.failed)
                return error_set(e, -EBADMSG,
                                 "HAProxy refused the new configuration and goes on with the old one: "
                                 "journalctl -u paas-router.service says why");
        if (now.all > x->before.all)
                x->state = WORKER;
        return 1;
}

/* Nothing is asked at the moment: what comes next. */
static void ask_next(RouterReload *x)
{
        if (x->state == MASTER)
                (void) router_question_begin(&x->question, x->router->master_socket, ROUTER_SOCKET_MASTER,
                                             "show proc");
        else
                (void) router_question_begin(&x->question, x->router->admin_socket, ROUTER_SOCKET_WORKER,
                                             "show info");
}

int router_reload_step(RouterReload *x, Error *e)
{
        _cleanup_free_ char *reply = NULL;
        if (clock_monotonic() >= x->deadline)
                return error_set(e, -ETIMEDOUT, "HAProxy did not reload within 10 seconds");
        if (x->question.fd < 0) {
                ask_next(x);
                return 1;
        }
        int k = router_question_look(&x->question, &reply);
        if (k > 0)
                return 1;
        switch (x->state) {
        case ASKED:
                return take_outcome(x, k, reply, e);
        case MASTER:
                return take_counters(x, k, reply, e);
        case WORKER:
        default:
                return k < 0;
        }
}
