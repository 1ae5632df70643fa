/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A directory for secrets, in memory where there is some, that nobody else can read. A process of its own
 * removes it as soon as this one is gone, in whatever way that happens.
 */

#include <sys/types.h>

#include "basic/error.h"

typedef struct Scratch {
        char *path; /* NULL: there is none */
        int alive;  /* a pipe: its end wakes the one that removes */
        pid_t remover;
} Scratch;

#define SCRATCH_NULL ((Scratch){.alive = -1})

int scratch_make(Scratch *ret, Error *e);
void scratch_clear(Scratch *s); /* it is gone when this returns */
#define _cleanup_scratch_ _cleanup_(scratch_clear)
