/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Reads objects of a repository, one after the other, by way of one `git cat-file --batch`. */

#include <stdio.h>
#include <sys/types.h>

#include "basic/cleanup.h"

typedef struct Objects {
        int to_git;     /* owned; -1: none */
        FILE *from_git; /* owned */
        pid_t pid;      /* 0: none */
} Objects;

#define OBJECTS_NULL ((Objects){.to_git = -1})

int objects_open(Objects *o, const char *repository);

/* The whole object, NUL-terminated; NULL in `*ret` when it is not there. */
int objects_read(Objects *o, const char *oid, char **ret);

void objects_close(Objects *o);
#define _cleanup_objects_ _cleanup_(objects_close)
