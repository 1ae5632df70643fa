/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A file of config vars, NAME=value a line: foreman's grammar. '…' is stripped; "…" is stripped, in it \n is
 * a newline and a backslash before anything else goes; all other values are taken as they stand. There is no
 * interpolation, no `export` and no comment behind a value. Unlike foreman nothing is skipped: a line that
 * is neither blank, nor a comment (#), nor an entry is an error, and so are a quote that is not closed and a
 * name that comes twice. A message names the line and the var, never a value.
 */

#include "model/config.h"

/* Quoting makes a file longer than what is in it. */
#define DOTENV_MAX_BYTES (2 * CONFIG_TOTAL_MAX)
#define DOTENV_MAX_VARS 10000

/* Each var is checked as config_var_check() does, and all together. `file` is for messages. */
int dotenv_parse(const char *text, size_t length, const char *file, Config *ret, Error *e);

/* What dotenv_parse() reads as the same, one line a var. */
int dotenv_format(const Config *c, char **ret);
