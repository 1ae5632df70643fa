/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Packs: directories "20-python" with bin/detect, bin/compile and bin/release, as Heroku's buildpacks have
 * them. The number gives the order in which they are asked, the rest is the name. docs/packs.md says what
 * each program gets and may do.
 */

#include <stddef.h>

#include "basic/error.h"
#include "basic/strv.h"
#include "model/listen.h"
#include "model/procfile.h"

typedef struct Pack {
        char *name;
        char *path;
        char *looked_for; /* after pack_detect(): the first line of detect's standard error, or NULL */
} Pack;

typedef struct Packs {
        Pack *packs; /* in the order of detection */
        size_t n_packs;
} Packs;

#define PACKS_NULL ((Packs){0})

typedef struct PackPlace {
        const char *app;   /* BUILD_DIR */
        const char *cache; /* CACHE_DIR */
        const char *env;   /* ENV_DIR */
        const char *stack;
} PackPlace;

/* Every directory below `path` that has a bin/detect. */
int packs_load(const char *path, Packs *ret, Error *e);
void packs_clear(Packs *p);
#define _cleanup_packs_ _cleanup_(packs_clear)

/* What the programs get to see: our own environment without what belongs to our unit only, and the
 * variables of Heroku's interface. */
int pack_environment(const PackPlace *place, char ***ret);

/* 1: it takes this tree, and calls it `ret_title` ("Python"). 0: it does not. */
int pack_detect(Pack *p, const PackPlace *place, char *const *env, char **ret_title, Error *e);

/* Its output goes to ours. Returns the wait status. */
int pack_compile(const Pack *p, const PackPlace *place, char *const *env, Error *e);

/* A pack without bin/release has no default process types. */
int pack_release(const Pack *p, const PackPlace *place, char *const *env, Procfile *ret, Listen *ret_listen,
                 char ***warnings, Error *e);
