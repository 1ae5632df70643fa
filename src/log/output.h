/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One journal line as the caller reads it. */

#include "journal/journal.h"

typedef enum OutputFormat {
        OUTPUT_TEXT, /* "2026-11-21T03:27:00.123456+00:00 app[web.1]: text", as Heroku's logs */
        OUTPUT_JSON, /* one object a line */
        OUTPUT_RAW,  /* the message alone */
} OutputFormat;

/* A JournalEach; `userdata` is an OutputFormat. Writes to standard output; -EPIPE when nobody reads. */
int output_line(void *userdata, const JournalLine *line);

/* What a terminal would act on is masked: control characters but TAB, and escape sequences that are not
 * colours (ESC [ digits and ';' m). The result is freed by the caller; NULL when out of memory. */
char *output_mask(const char *text, size_t length);
