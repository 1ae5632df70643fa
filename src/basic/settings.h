/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * /etc/paas/paas.conf: what the operator has decided for this host. One table says each key, its section,
 * default and bounds; an unknown key or a bad value is an error that names file, section and key, because
 * a silently ignored limit is worse than a daemon that does not start.
 */

#include <stdint.h>

#include "basic/error.h"

#define SETTINGS_THREADS_RULE 0          /* half as many as there are processors */
#define SETTINGS_THREADS_MAX 64          /* of HAProxy 2.6 */
#define SETTINGS_RESERVE_RULE UINT64_MAX /* 2 GiB, or 5 % of a small file system */

typedef struct Settings {
        /* [paas] */
        char *base_domain;  /* "example.com"; NULL until set by `paas setup` or here */
        char *audit_remote; /* where the history of all changes is pushed to; NULL: nowhere */
        /* [build] */
        uint64_t build_timeout;    /* seconds */
        uint64_t build_memory;     /* bytes */
        uint64_t build_parallel;   /* builds at once; at least 1 */
        uint64_t build_max_source; /* bytes in the pushed tree */
        uint64_t build_max_files;
        uint64_t cache_quota; /* bytes; a larger build cache is emptied */
        /* [app] */
        uint64_t boot_timeout;    /* seconds until a new instance must answer */
        uint64_t release_timeout; /* seconds for the release command */
        uint64_t drain_timeout;   /* seconds that open requests get at a switch */
        uint64_t stop_timeout;    /* seconds between the stop signal and SIGKILL */
        uint64_t detached_limit;  /* seconds that `paas run:detached` has */
        uint64_t keep_releases;   /* slugs kept */
        uint64_t destroyed_keep_days;
        /* [disk] */
        uint64_t disk_reserve; /* bytes that no build may take; or SETTINGS_RESERVE_RULE */
        /* [router] */
        uint64_t router_pool; /* empty backends kept for new applications */
        uint64_t old_workers; /* of HAProxy, kept by long connections */
        uint64_t old_worker_timeout;
        uint64_t router_threads; /* of HAProxy; or SETTINGS_THREADS_RULE */
        uint64_t https_port;     /* in the URLs that are printed */
} Settings;

/* Defaults, then `path` where it exists. */
int settings_load(const char *path, Settings *ret, Error *e);
void settings_clear(Settings *s);
