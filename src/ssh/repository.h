/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * An application's repository as paasd wants it to be. The deploy branch is the commit of the current
 * release and nothing else: whoever comes by (the hook after a deploy, paas-shell before it serves) asks
 * paasd under the repository's lock and sets the branch to what it says, so that being late does no harm.
 */

#include <stdbool.h>

#include "client/client.h"

typedef struct Repository {
        char *path;
        char *branch; /* "" before the first push */
        char *commit; /* "" before the first deploy */
} Repository;

#define REPOSITORY_NULL ((Repository){0})

/* `push`: for one who may deploy, and not only read. */
int repository_ask(Client *c, const char *app, bool push, Repository *ret, Error *e);

/* Whether the branch is seen at a glance to be what it must be; false also when a closer look is needed. */
bool repository_is_current(const Repository *r);

/* Takes the lock, asks, sets the branch. `path` is where the repository is; `ret` is what paasd said. */
int repository_heal(Client *c, const char *app, const char *path, Repository *ret, Error *e);

/* flock(2) on the repository: held until the descriptor is closed. */
int repository_lock(const char *path, int *ret_fd, Error *e);

void repository_clear(Repository *r);
#define _cleanup_repository_ _cleanup_(repository_clear)
