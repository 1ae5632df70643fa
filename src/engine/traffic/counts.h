/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What each server of an application answered, over several of the router's workers: a reload begins to
 * count anew, while the worker before it goes on for what it has open. Nothing is lost with a worker that
 * has ended but what came after the last look, and nothing is counted twice.
 */

#include <stddef.h>

#include "engine/traffic/verdict.h"

typedef struct Counted {
        char *server;
        uint64_t worker; /* pid; 0: of all that have ended */
        Tally tally;
} Counted;

typedef struct Counts {
        Counted *list;
        size_t n;
} Counts;

#define COUNTS_NULL ((Counts){0})

void counts_clear(Counts *c);
#define _cleanup_counts_ _cleanup_(counts_clear)

/* As it was looked at now: the whole figure of that worker. 1: it differs from the last. */
int counts_note(Counts *c, const char *server, uint64_t worker, const Tally *now);

/* The workers that there are: what the others had is kept as that of workers that have ended. */
int counts_settle(Counts *c, const uint64_t *workers, size_t n);

Tally counts_of(const Counts *c, const char *server);

/* Servers for which `is_there` says no are forgotten. */
void counts_prune(Counts *c, bool (*is_there)(const void *userdata, const char *server),
                  const void *userdata);

/* One a line of a list, "web.1-v12.3 4711 20 1", and back. -EBADMSG. */
int counts_format(const Counts *c, char ***ret);
int counts_parse(Counts *c, char *const *lines);
