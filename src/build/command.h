/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Programs of a pack, run to their end. */

#include <stddef.h>

#include "basic/cleanup.h"

typedef struct Command {
        const char *const *argv; /* argv[0] is a path, or a name in $PATH of `environment` */
        char *const *environ;    /* NULL: our own */
        const char *directory;   /* where it runs; NULL: here */
        int stdin_fd;            /* borrowed; -1: /dev/null */
        int stdout_fd;           /* borrowed; -1: our own */
        int stderr_fd;           /* borrowed; -1: our own */
} Command;

#define COMMAND_NULL ((Command){.stdin_fd = -1, .stdout_fd = -1, .stderr_fd = -1})

/* The wait status (>= 0), or a negative errno when it could not be started. */
int command_run(const Command *c);

/* "it exited with 3", "it was killed by signal 9 (Killed)". */
char *command_describe(int status);

/* A file in memory for a program's input or output. */
int command_scratch(const char *name);

/* What a program wrote there, at most `max` bytes of it, NUL-terminated. */
int command_scratch_read(int fd, size_t max, char **ret, size_t *ret_length);

/* From now on orphans of our descendants become our children… */
int command_adopt(void);

/* …and this ends them: a build's result must not change behind it. Our own children are gone by then. */
void command_end_orphans(void);
