/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Which user and group numbers of a range somebody still has: marked as they are met. */

#include <stdbool.h>
#include <sys/types.h>

typedef struct Owners {
        uid_t first, last; /* first > last: none is looked for */
        bool *met;         /* owned; last - first + 1 of them */
} Owners;

int owners_new(uid_t first, uid_t last, Owners *ret);
void owners_clear(Owners *o);
#define _cleanup_owners_ _cleanup_(owners_clear)

void owners_meet(Owners *o, uid_t id);

/* Those of every process: real, effective, saved and of the file system, users and groups. */
int owners_meet_processes(Owners *o, const char *proc);
