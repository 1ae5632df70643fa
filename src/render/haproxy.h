/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The router's files, from what should be: rewritten whole, never read back. haproxy/haproxy.cfg.in is the
 * template (its @MARKS@ are filled in here), beside it the maps. What is in the files is what is current:
 * a reload or a restart comes back with the same servers.
 */

#include <stdbool.h>
#include <stddef.h>

#include "basic/error.h"
#include "model/checks.h"
#include "render/approuting.h"

typedef struct RenderServer {
        const char *name;    /* "web.1-v12.3" */
        const char *address; /* "127.0.0.1:20003" */
        bool resting;        /* its weight is taken from it at the moment; the file does not say so */
} RenderServer;

typedef struct RenderBackend {
        const char *name;     /* "pool_3" */
        const char *app;      /* NULL: a free one of the pool */
        const char *app_id;   /* uuid, for the journal; NULL likewise */
        const char *host;     /* the Host that health checks carry; NULL likewise */
        char *const *domains; /* all host names of the application */
        const RenderServer *servers;
        size_t n_servers;
        /* What visitors read while no server is up: "new", "none", "stopped", "starting", "crashed"; NULL
         * or "up": that it cannot be reached. */
        const char *state;
        const Checks *checks;         /* of its release: those for readiness; NULL: none */
        const RenderTraffic *traffic; /* NULL: as it is without settings */
} RenderBackend;

typedef struct RenderRouter {
        const char *directory;   /* "/var/lib/paas/router" */
        const char *base_domain; /* NULL before setup */
        const RenderBackend *backends;
        size_t n_backends;
        unsigned hard_stop;   /* s that an old worker lives at most */
        unsigned old_workers; /* reloads that one survives */
        unsigned threads;
        uint64_t certificates; /* when the newest one was written: a worker reads them once */
} RenderRouter;

/* How many threads HAProxy gets: `setting` of them, or by its rule (SETTINGS_THREADS_RULE) half as many as
 * there are `processors`, 1 to 64. The other half is the applications' and the journal's, which work for the
 * same requests. */
unsigned render_router_threads(uint64_t setting, unsigned processors);

/* How every server is configured, in the file as over the runtime API: "weight 100 check …". */
extern const char render_server_options[];

/* What a running worker has read cannot be changed but by a reload, except for servers and maps: the
 * configuration says what that is by one word, which the worker tells again (`show env`). */
#define RENDER_STATIC "PAAS_STATIC"
#define RENDER_STATIC_SIZE 17

/* The word in a configuration's text; "" when it has none. */
void render_static_of(const char *config, char ret[static RENDER_STATIC_SIZE]);
/* Writes it into a text that has room for it: sixteen characters after "setenv PAAS_STATIC ". */
void render_static_put(char *config);

/* -EINVAL, naming it: a name, address or path that HAProxy would not read back as one word. */
int render_haproxy_config(const char *template_text, const RenderRouter *r, char **ret, Error *e);

/* "host backend" a line, sorted. */
int render_hosts_map(const RenderRouter *r, char **ret);
/* "backend app", "backend app-uuid", "backend host of the checks". */
int render_apps_map(const RenderRouter *r, char **ret);
int render_ids_map(const RenderRouter *r, char **ret);
int render_checks_map(const RenderRouter *r, char **ret);
/* "backend path" where readiness has one. */
int render_paths_map(const RenderRouter *r, char **ret);
/* "backend state" where there is one; "backend server" (the last one, asked when the checks found all of
 * them down). */
int render_states_map(const RenderRouter *r, char **ret);
int render_servers_map(const RenderRouter *r, char **ret);
/* "backend/server server" of the applications whose clients stay with a server. */
int render_sticky_map(const RenderRouter *r, char **ret);
/* Empty: a share for some servers of a backend holds only while its operation is at work. */
int render_lots_map(const RenderRouter *r, char **ret);

/* All of the files above, as `paasd` writes them into the directory: the configuration last, since it
 * names the others. */
typedef struct RenderFile {
        const char *name; /* "hosts.map" */
        char *text;       /* owned */
} RenderFile;

#define RENDER_ROUTER_MAPS 9 /* the first ones */
#define RENDER_ROUTER_FILES (RENDER_ROUTER_MAPS + 1)

int render_router_files(const char *template_text, const RenderRouter *r,
                        RenderFile ret[RENDER_ROUTER_FILES], Error *e);
void render_router_files_clear(RenderFile files[RENDER_ROUTER_FILES]);
