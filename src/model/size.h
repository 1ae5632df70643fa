/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Instance sizes: what one process may use. Every instance has one. */

#include <stdint.h>

typedef struct Size {
        const char *name; /* "standard-1x" */
        uint64_t memory;  /* bytes, MemoryMax= */
        uint64_t tasks;   /* TasksMax= */
        uint64_t weight;  /* CPUWeight= */
} Size;

#define SIZE_DEFAULT "standard-1x"

/* Case does not count ("Standard-2X"). NULL: no such size. */
const Size *size_find(const char *name);

/* "standard-1x, standard-2x, …" for messages. */
const char *size_names(void);
