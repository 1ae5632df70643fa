/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "basic/error.h"
#include "journal/journal.h"
#include "log/format.h"

typedef struct Options {
        JournalQuery query; /* its strings are argv's */
        Format format;
        bool ended; /* of an operation: what there is, without waiting for more */
        bool help, version;
} Options;

/* -EINVAL with text. */
int options_parse(int argc, char **argv, Options *ret, Error *e);

extern const char options_help[];
