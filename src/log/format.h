/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "basic/buffer.h"
#include "journal/journal.h"

typedef enum Format {
        FORMAT_HEROKU, /* 2026-11-21T03:27:00.123456+00:00 app[web.1]: text */
        FORMAT_RAW,    /* text */
        FORMAT_JSON,   /* one object a line */
} Format;

/* Appends the line, with its newline; a message of several lines gives several. -ENOMEM. */
int format_line(Buffer *b, Format format, const JournalLine *line);
