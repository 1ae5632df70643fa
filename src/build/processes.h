/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the developer declares about processes, put together: the Procfile, app.json, and the pack's default
 * for a type that the Procfile lacks. */

#include "basic/error.h"
#include "basic/strv.h"
#include "model/appjson.h"
#include "model/procfile.h"

typedef struct Declared {
        Procfile procfile; /* empty: there is no Procfile */
        AppJson app_json;  /* .text NULL: there is no app.json */
} Declared;

#define DECLARED_NULL ((Declared){0})

/* From the root of the tree. Errors are the developer's, with file and line. */
int declared_read(int dir_fd, Declared *ret, char ***warnings, Error *e);
void declared_clear(Declared *d);
#define _cleanup_declared_ _cleanup_(declared_clear)

/* Adds the defaults; *ret_added lists the types that came from there, "web, worker", NULL for none. */
int processes_merge(Procfile *p, const Procfile *defaults, char **ret_added);

/* "web, worker"; NULL when out of memory. */
char *processes_list(const Procfile *p);
