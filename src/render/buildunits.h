/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The units of one build: the source that writes a tar, the builder that reads it, and a log follower. */

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "render/unitspec.h"

typedef struct RenderBuild {
        const char *app, *app_id;
        uint64_t operation;
        const char *commit;  /* what to build */
        const char *tip;     /* what the deploy branch is now; NULL: nothing yet */
        const char *old;     /* what the pusher named; NULL: no push */
        const char *request; /* request id, or NULL */
        bool forced;         /* no ancestry check */
        uid_t build_uid;
        uint64_t timeout, memory; /* seconds, bytes */
        uint64_t max_bytes, max_files, cache_quota;
        int pipe_read, pipe_write; /* builder's stdin, source's stdout; borrowed */
} RenderBuild;

/* "paas-KIND-my_app-7.service". NULL when out of memory. */
char *render_operation_unit(const char *kind, const char *app, uint64_t operation);

/* What all units have in common that work for an operation: type, slice, what their lines carry. */
void render_add_operation(UnitSpec *s, const char *identifier, const char *app, const char *app_id,
                          uint64_t operation);

char *render_build_unit(const char *app, uint64_t operation);
char *render_source_unit(const char *app, uint64_t operation);
UnitSpec *render_build(const RenderBuild *b);
UnitSpec *render_source(const RenderBuild *b);

/* Resolves `ref` in the application's repository and writes the commit id to `fd`. */
UnitSpec *render_resolve(const char *app, const char *app_id, uint64_t operation, const char *ref, int fd);

/* paas-log with these arguments, its output going to `fd`. `name` without ".service". */
UnitSpec *render_log(const char *name, char *const *arguments, int fd);
