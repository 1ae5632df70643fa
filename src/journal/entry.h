/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One entry of the journal, copied out of it in one pass over its fields. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <systemd/sd-journal.h>

#include "basic/buffer.h"
#include "journal/trust.h"

typedef enum EntryField {
        ENTRY_MESSAGE,
        ENTRY_PRIORITY,
        ENTRY_IDENTIFIER,
        ENTRY_APP,
        ENTRY_APP_ID,
        ENTRY_PROCESS,
        ENTRY_RELEASE,
        ENTRY_SOURCE,
        ENTRY_OPERATION,
        ENTRY_OPERATION_END,
        ENTRY_ACTOR,
        ENTRY_FROM,
        ENTRY_ACTION,
        ENTRY_RESULT,
        ENTRY_REQUEST,
        ENTRY_SLICE,
        ENTRY_UNIT,
        ENTRY_TRANSPORT,
        ENTRY_INVOCATION,
        _ENTRY_FIELD_MAX,
} EntryField;

/* To be reused: the memory stays. */
typedef struct Entry {
        uint64_t realtime; /* usec */
        Buffer fields[_ENTRY_FIELD_MAX];
        bool present[_ENTRY_FIELD_MAX];
        bool doubled; /* a field is there twice: not a line of ours */
} Entry;

/* Fills `e` from the entry that `j` stands at. -ENOENT and -EBADMSG: it has been removed or is damaged. */
int entry_read(sd_journal *j, Entry *e);
void entry_clear(Entry *e);

/* NULL: absent. */
const char *entry_get(const Entry *e, EntryField f);
Origin entry_origin(const Entry *e);
