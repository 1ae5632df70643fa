/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * paas-app-my_app-web.1-v12.3.service: the first web process of my-app, release 12, started by operation 3
 * of the application. A unit name is never used twice, and everything about an instance can be read from it.
 * paas-run-my_app-run.4-v12.9.service is a one-off: it runs to its end and belongs to no formation.
 */

#include <stdbool.h>
#include <stdint.h>

#include "basic/cleanup.h"

typedef struct InstanceName {
        char *app;      /* unescaped */
        char *type;     /* unescaped */
        unsigned index; /* from 1 */
        uint64_t version;
        uint64_t operation;
        bool oneoff; /* "run" (paas run) or "release" (the release phase) */
} InstanceName;

#define RELIVE_UNIT_PREFIX "paas-relive@"
#define INSTANCE_NAME_NULL ((InstanceName){0})

/* "web.1-v12.3", which names its directories and sockets too. NULL when out of memory. */
char *instance_short_name(const InstanceName *n);

/* "paas-app-my_app-web.1-v12.3" and `suffix` (".service"). NULL when out of memory. */
char *instance_unit_name(const InstanceName *n, const char *suffix);

/* -EINVAL when it is not such a name (with ".service"). */
int instance_name_parse(const char *unit, InstanceName *ret);
/* With ".socket". */
int instance_socket_parse(const char *unit, InstanceName *ret);
/* "paas-relive@my_app-web.1-v12.3.service", which starts it again when its liveness checks have failed. */
int instance_relive_parse(const char *unit, InstanceName *ret);
int instance_name_copy(const InstanceName *n, InstanceName *ret);
void instance_name_clear(InstanceName *n);
#define _cleanup_instance_name_ _cleanup_(instance_name_clear)
