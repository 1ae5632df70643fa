/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The command that takes a recorded change back, from the record alone: what was done, to what, and one file
 * of the state as it was before and after. A pure function, so that every row of the audit can name it.
 */

#include <stdint.h>

typedef struct UndoInput {
        const char *action;         /* "ps:scale" */
        const char *app;            /* NULL: not of an application */
        const char *object;         /* the user, team or pipeline; NULL: neither */
        uint64_t release, previous; /* that it is about, or that became current; that was. 0: none */
        const char *before, *after; /* contents of the file undo_file(); NULL: there was none */
} UndoInput;

/* The file of the state whose change tells what a change of this kind did; NULL: none is needed. */
const char *undo_file(const char *action);

/* "paas ps:scale web=1 -a blog", or NULL when nothing takes it back. -ENOMEM. */
int undo_command(const UndoInput *in, char **ret);
