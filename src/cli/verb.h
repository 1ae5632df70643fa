/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a verb is. One row says all: what is allowed, who does it, and the words for help, man page and
 * completion. */

#include <stdbool.h>
#include <stddef.h>

#include "cli/verboptions.h"

#define ANY_NUMBER ((size_t) -1)

typedef struct Cli Cli;

typedef struct Verb {
        const char *name;      /* "config:set" */
        const char *alias;     /* "config:add"; NULL: none */
        const char *arguments; /* "NAME=VALUE…" for people; "" for none */
        size_t min, max;       /* how many; ANY_NUMBER */
        OptionSet options;     /* besides --help */
        int (*run)(Cli *cli);  /* exit status, or negative errno with the text in cli->error */
        const char *summary;   /* one line */
        const char *text;      /* more of it; NULL: the line says all */
        const char *example;   /* command lines, one a line */
        bool command;          /* the arguments are a command: what follows the first is never our option */
} Verb;

typedef struct Invocation {
        const Verb *verb;
        char **arguments; /* a strv of its own */
        size_t n_arguments;
        char **many; /* values of the option that may be given again, in their order; a strv of its own */
        const char *values[_OPTION_MAX]; /* borrowed from argv; "" for an option without argument; NULL: not
                                            given */
} Invocation;
