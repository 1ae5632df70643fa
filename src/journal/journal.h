/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The journal, written with fields and read by them. The only code that includes sd-journal.h. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "basic/error.h"

/* One entry; `fields` are "NAME=value" (values may hold newlines), NULL-terminated. */
int journal_send(char *const *fields);

/* Which entries a caller may and wants to see. Trusted fields decide, which journald sets itself: an
 * application's output counts only from below paas-app-<app>.slice, a build's from units of that name, the
 * platform's own lines only from paasd.service and paas-router.service. */
typedef struct JournalQuery {
        const char *app;     /* required unless `operation` is set */
        const char *app_id;  /* uuid: not what an earlier application of that name wrote; NULL: unchecked */
        const char *process; /* "web" (all of that type) or "web.1"; NULL: all */
        const char *source;  /* "app", "router", "build", "release", "paas"; NULL: all but "build" */
        const char *unit;    /* only this unit's lines, of source "app"; NULL: all */
        const char *operation; /* "blog/7": only that operation's lines, from its first one */
        uint64_t since;        /* realtime usec: nothing older; 0: as far back as there is */
        uint64_t lines;        /* the last so many; 0 with `follow`: only new ones. Not for an operation. */
        bool follow;

        /* The audit: not lines, but paasd's records of who did what. Of `app`, or of the whole host. */
        bool audit;
        const char *actor;  /* NULL: anybody */
        const char *action; /* "config:set", or "config" for all that begin so; NULL: all */
        bool refused;       /* only what was refused */
} JournalQuery;

/* What a record says of itself; "" where it says nothing. */
typedef struct JournalRecord {
        const char *actor, *from, *action, *result, *app, *operation, *request;
} JournalRecord;

typedef struct JournalLine {
        uint64_t realtime;   /* usec */
        const char *source;  /* "app", … */
        const char *process; /* "web.1", "router", "paas", "build" */
        const char *release; /* "v12"; "" where the line belongs to none */
        const char
                *invocation; /* of the unit: another one each time that it is started; "" when not known */
        const char *message; /* any bytes; NUL-terminated too */
        size_t message_length;
        int priority;
        const JournalRecord *record; /* of the audit; NULL: a line */
        bool end; /* PAAS_OPERATION_END=1: the operation has no more lines (its message is not to be shown)
                   */
} JournalLine;

/* Calls `each` for the lines in order; with `follow`, goes on (looking every 20 ms: sd_journal_wait shows a
 * line 370 ms late) until `each` returns non-zero (negative: the error to return; positive: enough, returned
 * as 0), the reader is gone (`watch_fd` reports an error or hang-up; -1 for none) or, for an operation, its
 * end was seen. -EINVAL for a bad name, -ENODATA when there is no journal that we may read. */
typedef int (*JournalEach)(void *userdata, const JournalLine *line);
int journal_read(const JournalQuery *q, int watch_fd, JournalEach each, void *userdata, Error *e);
