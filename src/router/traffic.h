/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What passes through the router at this moment, and what has passed: sessions of all its workers (those
 * that a reload has left behind too), and the servers' counters, which are the current worker's alone.
 */

#include "router/router.h"

typedef struct RouterSession {
        unsigned worker; /* pid of one that a reload left behind; 0: the current one */
        char id[20];     /* "0x560df7771080" */
        uint64_t epoch;  /* how many times the sessions had been listed when it began */
        char *backend, *server;
        bool tunnel; /* it has become a WebSocket or the like: no request any more */
} RouterSession;

/* Every session that has come to a server of a backend whose name starts with "pool_". -ENOENT: no router
 * runs, so there is none; -EAGAIN: it is just being reloaded or stopped, and nobody can say. */
int router_sessions(Router *r, RouterSession **ret, size_t *ret_n, Error *e);
void router_sessions_free(RouterSession *list, size_t n);

/* Cuts it. One that has ended meanwhile is success: an id is the address of HAProxy's memory, which the next
 * session gets, so it is looked at first what has the id now. Between that and the order lies the time of
 * one exchange. */
int router_end_session(Router *r, const RouterSession *s, Error *e);

/* router_observe(), and the servers of the workers that a reload has left behind, too: they go on with the
 * connections of clients that they have, and nobody tells them what has changed. How many connections these
 * servers have is not told. A worker that cannot be asked has none. */
int router_observe_all(Router *r, RouterServer **ret, size_t *ret_n, Error *e);

/* How many clients of workers that a reload left behind have a connection and ask nothing at the moment:
 * each may ask once more, and is then served by what its worker knows. */
int router_count_idle(Router *r, uint64_t *ret, Error *e);

typedef struct RouterCount {
        char *server;
        bool up;            /* by its health check, and not in maintenance */
        uint64_t responses; /* with a status from the server itself */
        uint64_t errors;    /* of these 500 and above, and requests that got none */
        uint64_t silent;    /* requests that got none: not among the responses */
} RouterCount;

void router_counts_free(RouterCount *list, size_t n);

/* Counters of the servers of one backend as each worker has them, from its start or their adding on: the
 * current one, and those that a reload left behind. */
typedef struct RouterWorkerCounts {
        uint64_t worker; /* pid */
        bool old;        /* it was replaced by a reload */
        RouterCount *list;
        size_t n;
} RouterWorkerCounts;

/* -ENOENT, -ECONNREFUSED: no router runs. -EAGAIN: it is just being reloaded, and nobody can say. */
int router_counts(Router *r, const char *backend, RouterWorkerCounts **ret, size_t *ret_n, Error *e);
void router_worker_counts_free(RouterWorkerCounts *list, size_t n);

/* `percent` of the requests to the backend go to these servers, evenly, whatever its balance. NULL, 0: all
 * are balanced again. */
int router_set_share(Router *r, const char *backend, char *const *servers, unsigned percent, Error *e);

/* False: none is set, or nobody can be asked. */
bool router_has_share(Router *r, const char *backend);
