/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* An application: what the tree of refs/paas/app/<name> holds, without its history. */

#include <stdint.h>
#include <sys/types.h>

#include "basic/error.h"
#include "basic/uuid.h"
#include "model/formation.h"

/* run uid = even, build uid = run uid + 1; a range for which journald keeps no file of its own per uid. */
#define APP_UID_FIRST 61184
#define APP_UID_LAST 65519

typedef struct App {
        char id[UUID_TEXT_SIZE];
        char *name;
        char *owner;      /* a user, or "team:NAME" */
        char *host;       /* which host it lives on; today always "local" */
        char *branch;     /* the deploy branch, "main" or "master"; NULL until the first push */
        uint64_t created; /* realtime, usec; kept to the second */
        uid_t run_uid, build_uid;
        char *backend; /* the router's backend, "pool_3"; NULL until there is one */
        char **walls;  /* releases that are not rolled back across (wall.h) */
} App;

#define APP_NULL ((App){0})

int app_format(const App *a, char **ret); /* the file `app` */
int app_parse(const char *text, size_t length, App *ret, Error *e);
void app_clear(App *a);
#define _cleanup_app_ _cleanup_(app_clear)

/* The files `formation` and `domains` (a sorted list of names). */
int formation_format(const Formation *f, char **ret);
int formation_parse(const char *text, size_t length, Formation *ret, Error *e);
int domains_format(char *const *domains, char **ret);
int domains_parse(const char *text, size_t length, char ***ret, Error *e);
