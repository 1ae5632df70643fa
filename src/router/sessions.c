/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "router/traffic.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "basic/clock.h"
#include "router/exchange.h"
#include "router/parse.h"
#include "router/parsetraffic.h"
#include "router/worker.h"

static void clear(RouterSessions *l)
{
        router_sessions_free(l->list, l->n);
}

static int add_worker(Router *r, unsigned worker, RouterSessions *l, Error *e)
{
        _cleanup_free_ char *reply = NULL;
        int k = router_ask_worker(r, worker, "show sess", &reply, e);
        if (k >= 0 && !*reply) /* what asks is a session, too: the master went away in the middle */
                return -EAGAIN;
        return k < 0 ? k : router_parse_sessions(reply, worker, l);
}

static bool nobody_there(int r)
{
        return r == -ENOENT || r == -ECONNREFUSED;
}

/* While the router is reloaded its master answers nobody for some tenths of a second, and while it stops its
 * workers do not: only when neither does, there is no session. */
static int ask_current(Router *r, RouterSessions *l, char **ret_processes, Error *e)
{
        int worker = add_worker(r, 0, l, e);
        if (worker < 0 && !nobody_there(worker))
                return worker;
        int master = router_command(r->master_socket, ROUTER_SOCKET_MASTER, "show proc",
                                    ROUTER_COMMAND_TIMEOUT, ret_processes, e);
        if (nobody_there(worker) && nobody_there(master))
                return -ENOENT;
        if (nobody_there(worker) || nobody_there(master))
                return -EAGAIN;
        return master;
}

int router_sessions(Router *r, RouterSession **ret, size_t *ret_n, Error *e)
{
        _cleanup_(clear) RouterSessions list = {0};
        _cleanup_free_ char *processes = NULL;
        _cleanup_free_ RouterWorker *workers = NULL;
        size_t n_workers = 0;
        int k = ask_current(r, &list, &processes, e);
        if (k >= 0)
                k = router_parse_workers(processes, &workers, &n_workers);
        for (size_t i = 0; k >= 0 && i < n_workers; i++)
                if (workers[i].old)
                        k = add_worker(r, workers[i].pid, &list, e);
        if (k < 0)
                return k;
        *ret = TAKE_PTR(list.list);
        *ret_n = list.n;
        list.n = 0;
        return 0;
}

static int count_worker_idle(Router *r, uint64_t pid, uint64_t *count, Error *e)
{
        _cleanup_free_ char *info = NULL, *sessions = NULL;
        uint64_t connections = 0;
        int k = router_ask_worker(r, pid, "show info", &info, e);
        if (k >= 0)
                k = router_ask_worker(r, pid, "show sess", &sessions, e);
        if (k < 0)
                return k;
        /* Who asks is a session, and no connection. */
        if (router_parse_info(info, "CurrConns", &connections) >= 0) {
                uint64_t busy = router_parse_session_count(sessions);
                *count += connections > busy ? connections - busy : 0;
        }
        return 0;
}

int router_count_idle(Router *r, uint64_t *ret, Error *e)
{
        _cleanup_free_ char *processes = NULL;
        _cleanup_free_ RouterWorker *workers = NULL;
        size_t n = 0;
        int k = router_command(r->master_socket, ROUTER_SOCKET_MASTER, "show proc", ROUTER_COMMAND_TIMEOUT,
                               &processes, e);
        if (k >= 0)
                k = router_parse_workers(processes, &workers, &n);
        *ret = 0;
        for (size_t i = 0; k >= 0 && i < n; i++)
                if (workers[i].old)
                        k = count_worker_idle(r, workers[i].pid, ret, e);
        return k;
}

int router_end_session(Router *r, const RouterSession *s, Error *e)
{
        char command[64];
        _cleanup_free_ char *shown = NULL, *reply = NULL;
        snprintf(command, sizeof(command), "show sess %s", s->id);
        int k = router_ask_worker(r, s->worker, command, &shown, e);
        if (k < 0 || !router_parse_is_session(shown, s))
                return k;
        snprintf(command, sizeof(command), "shutdown session %s", s->id);
        k = router_ask_worker(r, s->worker, command, &reply, e);
        if (k < 0 || strstr(reply, "No such session"))
                return k;
        return router_parse_reply(reply, e);
}

void router_worker_counts_free(RouterWorkerCounts *list, size_t n)
{
        for (size_t i = 0; i < n; i++)
                router_counts_free(list[i].list, list[i].n);
        free(list);
}

static int count_worker(Router *r, const RouterWorker *worker, const char *backend, RouterWorkerCounts *ret,
                        Error *e)
{
        _cleanup_free_ char *reply = NULL;
        char command[128];
        snprintf(command, sizeof(command), "show stat %s 4 -1", backend);
        /* By its number, the current one too: there may be another current one by now. */
        int k = router_ask_worker(r, worker->pid, command, &reply, e);
        if (k < 0)
                return k;
        ret->worker = worker->pid;
        ret->old = worker->old;
        k = router_parse_counts(reply, &ret->list, &ret->n, e);
        /* One that ends meanwhile has no answer, an old one may not know the backend. */
        return k < 0 && worker->old ? 0 : k == -EBADMSG && !*reply ? -EAGAIN : k;
}

int router_counts(Router *r, const char *backend, RouterWorkerCounts **ret, size_t *ret_n, Error *e)
{
        _cleanup_free_ char *processes = NULL;
        _cleanup_free_ RouterWorker *workers = NULL;
        size_t n_workers = 0, n = 0;
        int k = router_check_word(backend, e);
        if (k >= 0)
                k = router_command(r->master_socket, ROUTER_SOCKET_MASTER, "show proc",
                                   ROUTER_COMMAND_TIMEOUT, &processes, e);
        if (k >= 0)
                k = router_parse_workers(processes, &workers, &n_workers);
        if (k < 0)
                return k;
        RouterWorkerCounts *list = calloc(n_workers + 1, sizeof(RouterWorkerCounts));
        if (!list)
                return -ENOMEM;
        while (k >= 0 && n < n_workers) {
                k = count_worker(r, &workers[n], backend, &list[n], e);
                n++;
        }
        if (k < 0) {
                router_worker_counts_free(list, n);
                return k;
        }
        *ret = list;
        *ret_n = n;
        return 0;
}

/* Of a hundred lots, drawn for each request, the first `percent` name a server. None is drawn before the
 * backend itself has an entry: requests without a share cost nothing. */
int router_set_share(Router *r, const char *backend, char *const *servers, unsigned percent, Error *e)
{
        size_t n = 0;
        int k = 0;
        while (servers && servers[n])
                n++;
        if (n == 0 || percent == 0)
                k = router_set_map(r, "lots.map", backend, NULL, e);
        for (unsigned lot = 0; k >= 0 && lot < 100; lot++) {
                char key[64];
                snprintf(key, sizeof(key), "%s/%u", backend, lot);
                k = router_set_map(r, "lots.map", key, lot < percent && n > 0 ? servers[lot % n] : NULL, e);
        }
        if (k >= 0 && n > 0 && percent > 0)
                k = router_set_map(r, "lots.map", backend, "drawn", e);
        return k;
}

bool router_has_share(Router *r, const char *backend)
{
        _cleanup_free_ char *drawn = NULL;
        return router_get_map(r, "lots.map", backend, &drawn, NULL) >= 0;
}
