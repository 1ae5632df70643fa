/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * git, run as user paas in repositories whose configuration and hooks belong to root. What our git needs to
 * be told stands in one place here, and not in each repository.
 */

#include <stdbool.h>
#include <sys/types.h>

#include "basic/error.h"
#include "basic/strv.h"

/* "git" and the `-c` options that every git of ours gets, as the beginning of an argv. */
int git_arguments(char ***ret);

/* The same and `--git-dir=repository`, then these words (NULL-terminated). */
int git_command(char ***ret, const char *repository, ...) __attribute__((sentinel));

/* Runs to the end: `input` (may be NULL; a few KiB at most) is its standard input, its output goes nowhere.
 * The exit status, or negative errno. */
int git_run(char *const *argv, const char *input, Error *e);

/* The same with what it prints, without the final newline. */
int git_read(char *const *argv, char **ret, Error *e);

/* The same without input, output and what it would say on standard error: only the status counts. */
int git_run_quietly(char *const *argv, Error *e);

/* A git whose output is read as it comes. */
typedef struct GitStream {
        int fd; /* owned; the read end of a pipe */
        pid_t pid;
} GitStream;

int git_stream_open(char *const *argv, GitStream *ret);
int git_stream_close(GitStream *s); /* the exit status, or negative errno */

/* Whether `old` is an ancestor of `new`, or the same. 1, 0, or negative errno. */
int git_is_ancestor(const char *repository, const char *old, const char *new, Error *e);

/* Tidies the repository when git thinks that it is time, in a process of its own that holds none of our
 * descriptors: an open one would keep the pusher's connection. */
void git_tidy(const char *repository);
