/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The Procfile: docs/procfile.md has the grammar. */

#include <stdbool.h>
#include <stddef.h>

#include "basic/error.h"
#include "basic/strv.h"

#define PROCFILE_MAX_BYTES (64 * 1024)
#define PROCFILE_MAX_PROCESSES 64

typedef struct Process {
        char *type;    /* canonical */
        char *command; /* handed to bash as it is */
} Process;

typedef struct Procfile {
        Process *processes; /* in the order of the file */
        size_t n_processes;
} Procfile;

#define PROCFILE_NULL ((Procfile){0})

/* `name` is what messages call the file. `warnings` (may be NULL) gets a line for each thing that was
 * mended. -EINVAL with file, line, its text and what is allowed; -EFBIG; -ENODATA when it has no entry. */
int procfile_parse(const char *text, size_t length, const char *name, Procfile *ret, char ***warnings,
                   Error *e);

/* Canonical text: parsing it gives the same Procfile, and no warning but the one of a # in a command. */
int procfile_format(const Procfile *p, char **ret);

const Process *procfile_find(const Procfile *p, const char *type); /* NULL: no such type */
/* `type` canonical, `command` one line without blanks around it: -EINVAL. -EEXIST, -E2BIG. */
int procfile_add(Procfile *p, const char *type, const char *command);
void procfile_clear(Procfile *p);
#define _cleanup_procfile_ _cleanup_(procfile_clear)
