/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Who besides the owner has a role on an application: the file `access` of refs/paas/app/<name>, an object
 * of names and roles. A name is a user's, or "team:NAME" for all of its members. The owner is not in it: an
 * application has exactly one, who stands in its file `app`.
 */

#include <stddef.h>

#include "basic/error.h"
#include "model/action.h"

#define ACCESS_MAX 200

typedef struct Grant {
        char *name; /* "ana", "team:web" */
        Role role;  /* viewer, deployer or operator */
} Grant;

typedef struct Access {
        Grant *grants; /* sorted by name, each once */
        size_t n_grants;
} Access;

#define ACCESS_NULL ((Access){0})

/* ROLE_NONE when there is none. */
Role access_get(const Access *a, const char *name);

/* ROLE_NONE takes the role away. -E2BIG. */
int access_set(Access *a, const char *name, Role role);

/* The roles that are given by name: not owner, of which there is one, and not admin. */
int access_role_from_string(const char *s, Role *ret, Error *e);

int access_copy(const Access *a, Access *ret);
int access_format(const Access *a, char **ret);
int access_parse(const char *text, size_t length, Access *ret, Error *e);
void access_clear(Access *a);
#define _cleanup_access_ _cleanup_(access_clear)
