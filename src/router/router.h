/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * HAProxy, and nobody else talks to it: its runtime API and its master socket. A command is a short exchange
 * over a local socket (0.05 ms) and is made synchronously with a time-out of a second; what takes longer
 * (waiting until a server has no more connections) is polled by the caller. Nothing is remembered.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "basic/error.h"

typedef struct Router Router;

typedef struct RouterPaths {
        const char *admin_socket; /* of the current worker */
        const char *master_socket;
        const char *directory; /* where the maps are: "/var/lib/paas/router" */
} RouterPaths;

int router_new(const RouterPaths *paths, Router **ret);
Router *router_free(Router *r);
DEFINE_CLEANUP(Router *, router_free)

typedef enum RouterServerState {
        ROUTER_READY,
        ROUTER_DRAIN,
        ROUTER_MAINT,
} RouterServerState;

#define ROUTER_UNIX_ADDRESS "unix@" /* of any unix socket, as HAProxy lists its servers */

typedef struct RouterServer {
        char *backend, *name;
        char *address; /* "127.0.0.1:20003", or ROUTER_UNIX_ADDRESS */
        RouterServerState state;
        bool up; /* by its health check; true without one */
        unsigned weight;
        uint64_t sessions; /* current connections, idle ones left out */
} RouterServer;

void router_servers_free(RouterServer *list, size_t n);

/* What a RouterServer has as its address is the one that was given to it. */
bool router_is_address(const char *listed, const char *wanted);

/* Every server of every backend whose name starts with "pool_". -ENOENT or -ECONNREFUSED: no router runs. */
int router_observe(Router *r, RouterServer **ret, size_t *ret_n, Error *e);

#define ROUTER_WEIGHT 100
/* HAProxy's processes: the current worker, and old ones, which take no new connections and end with their
 * last one. */
#define ROUTER_VERSION_SIZE 32

typedef struct RouterWorker {
        uint64_t pid, age; /* s */
        uint64_t connections;
        bool old;
        char version[ROUTER_VERSION_SIZE];
} RouterWorker;

typedef struct RouterProcesses {
        RouterWorker *workers;
        size_t n;
        unsigned reloads, failed; /* since HAProxy was started */
} RouterProcesses;

int router_observe_processes(Router *r, RouterProcesses *ret, Error *e);
void router_processes_clear(RouterProcesses *p);

/* Adds a server with weight 100 and the one health check, marked up and ready: the caller has proven it.
 * One that is there with the same address is made ready. `address`: "127.0.0.1:20003",
 * "unix@/run/paas/sock/blog/web.1-v12.3.sock"; behind it what this server has besides:
 * "127.0.0.1:20003 maxconn 5". */
int router_add_server(Router *r, const char *backend, const char *name, const char *address, Error *e);

/* Likewise, but the balance gives it no request: router_set_share() does. router_add_server() ends that. */
int router_add_aside(Router *r, const char *backend, const char *name, const char *address, Error *e);

/* 0: it gets no new requests, and keeps those that it has. */
int router_set_weight(Router *r, const char *backend, const char *name, unsigned weight, Error *e);

int router_drain_server(Router *r, const char *backend, const char *name, Error *e);

/* Puts it into maintenance and deletes it. -EBUSY: connections are left (with `force` they are cut first,
 * by `shutdown sessions server`). One that is not there is success. */
int router_remove_server(Router *r, const char *backend, const char *name, bool force, Error *e);

/* Adds or replaces one entry of a map of the running worker; `value` NULL removes it. `map`: "hosts.map".
 * The file is not touched: the caller has written it before. */
int router_set_map(Router *r, const char *map, const char *key, const char *value, Error *e);

/* Makes a map of the running worker hold what `text` says ("key value" a line, as its file), and nothing
 * else. Returns how many entries had to be changed. */
int router_apply_map(Router *r, const char *map, const char *text, Error *e);

/* Appends a line to `ret` for each entry in which a map of the running worker is not what `text` says. */
int router_differs(Router *r, const char *map, const char *text, char ***ret, Error *e);

/* One entry as the running worker has it. -ENODATA: there is none. */
int router_get_map(Router *r, const char *map, const char *key, char **ret, Error *e);

/* A variable of the running worker's environment. -ENODATA: it has none of that name. */
int router_get_variable(Router *r, const char *name, char **ret, Error *e);

/* Asks the master to reload. Then one step after the other, some milliseconds apart: 1 while it is under
 * way, 0 when the new worker answers. -EBADMSG: it was refused, with HAProxy's own words; the old worker
 * goes on. -ETIMEDOUT after 10 s. No step waits. Meanwhile the master answers nobody else. */
typedef struct RouterReload RouterReload;
int router_reload_begin(Router *r, RouterReload **ret, Error *e);
int router_reload_step(RouterReload *x, Error *e);
RouterReload *router_reload_free(RouterReload *x);
DEFINE_CLEANUP(RouterReload *, router_reload_free)

/* Puts a PEM file in place of one the worker has loaded, without a reload. */
int router_set_certificate(Router *r, const char *path, const char *pem, Error *e);
