/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The command of `paas run`. One word is a command line for the shell, or a process type, whose command runs
 * then. Several words are a program and its arguments: each arrives as it was typed, whatever is in it.
 */

#include "basic/error.h"
#include "model/procfile.h"

/* A shell takes its whole text as one argument, which execve(2) bounds. */
#define RUN_COMMAND_MAX (64 * 1024)

/* The text for the shell. `p` NULL: no types. -EINVAL, -E2BIG. */
int run_command_make(char *const *words, const Procfile *p, char **ret, Error *e);

/* For lists and the record, which others read: values of NAME=value where the name says that it is secret,
 * and passwords in URLs, become "***"; control characters become blanks; at most 200 characters. */
char *run_command_show(const char *command);
