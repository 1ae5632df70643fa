/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What a pushed tree may hold and the pusher should hear of: git-lfs pointers (the pointer would be built,
 * not the file), and where submodules come from. Sees the same listing as model/sourcetree, which judges.
 */

#include <stdbool.h>
#include <stddef.h>

#include "basic/buffer.h"
#include "basic/strv.h"

/* A pointer is a short text file: only such files are looked into, and only so many. */
#define INSPECT_POINTER_MIN 100
#define INSPECT_POINTER_MAX 1024
#define INSPECT_FILES_MAX 20000

typedef struct Inspect {
        Buffer entry;      /* what came of an entry that is not complete */
        char **oids;       /* candidates, and … */
        char **paths;      /* … what they are called; both strv */
        size_t n;          /* how many there are */
        size_t allocated;  /* places in both */
        bool attributes;   /* there is a .gitattributes: without one, nothing is kept by git-lfs */
        size_t submodules; /* how many */
} Inspect;

#define INSPECT_NULL ((Inspect){0})

/* Feeds a piece of `git ls-tree -r -l -z`; what is no entry is left to model/sourcetree. */
int inspect_feed(Inspect *i, const char *data, size_t length);

/* Looks into the candidates; the paths of the pointers (a strv). */
int inspect_pointers(const Inspect *i, const char *repository, char ***ret);

void inspect_clear(Inspect *i);
#define _cleanup_inspect_ _cleanup_(inspect_clear)
