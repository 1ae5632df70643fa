/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "journal/entry.h"

#include <errno.h>
#include <string.h>

#define FIELD_MAX_BYTES ((size_t) 1024 * 1024)

static const char *const names[_ENTRY_FIELD_MAX] = {
        [ENTRY_MESSAGE] = "MESSAGE=",
        [ENTRY_PRIORITY] = "PRIORITY=",
        [ENTRY_IDENTIFIER] = "SYSLOG_IDENTIFIER=",
        [ENTRY_APP] = "PAAS_APP=",
        [ENTRY_APP_ID] = "PAAS_APP_ID=",
        [ENTRY_PROCESS] = "PAAS_PROCESS=",
        [ENTRY_RELEASE] = "PAAS_RELEASE=",
        [ENTRY_SOURCE] = "PAAS_SOURCE=",
        [ENTRY_OPERATION] = "PAAS_OPERATION=",
        [ENTRY_OPERATION_END] = "PAAS_OPERATION_END=",
        [ENTRY_ACTOR] = "PAAS_ACTOR=",
        [ENTRY_FROM] = "PAAS_FROM=",
        [ENTRY_ACTION] = "PAAS_ACTION=",
        [ENTRY_RESULT] = "PAAS_RESULT=",
        [ENTRY_REQUEST] = "PAAS_REQUEST=",
        [ENTRY_SLICE] = "_SYSTEMD_SLICE=",
        [ENTRY_UNIT] = "_SYSTEMD_UNIT=",
        [ENTRY_TRANSPORT] = "_TRANSPORT=",
        [ENTRY_INVOCATION] = "_SYSTEMD_INVOCATION_ID=",
};

static void take_field(Entry *e, const char *data, size_t length)
{
        for (size_t i = 0; i < _ENTRY_FIELD_MAX; i++) {
                size_t n = strlen(names[i]);
                if (length < n || memcmp(data, names[i], n) != 0)
                        continue;
                if (e->present[i]) {
                        e->doubled = true;
                        return;
                }
                e->present[i] = true;
                buffer_append(e->fields + i, data + n, length - n);
                return;
        }
}

int entry_read(sd_journal *j, Entry *e)
{
        const void *data;
        size_t length;

        for (size_t i = 0; i < _ENTRY_FIELD_MAX; i++) {
                e->fields[i].length = 0;
                e->present[i] = false;
        }
        e->doubled = false;

        int r = sd_journal_get_realtime_usec(j, &e->realtime);
        if (r < 0)
                return r;
        sd_journal_restart_data(j);
        while ((r = sd_journal_enumerate_available_data(j, &data, &length)) > 0)
                take_field(e, data, length < FIELD_MAX_BYTES ? length : FIELD_MAX_BYTES);
        for (size_t i = 0; r >= 0 && i < _ENTRY_FIELD_MAX; i++)
                if (e->fields[i].failed)
                        r = -ENOMEM;
        return r;
}

void entry_clear(Entry *e)
{
        for (size_t i = 0; i < _ENTRY_FIELD_MAX; i++)
                buffer_clear(e->fields + i);
        *e = (Entry){0};
}

const char *entry_get(const Entry *e, EntryField f)
{
        if (!e->present[f])
                return NULL;
        return e->fields[f].data ? e->fields[f].data : "";
}

Origin entry_origin(const Entry *e)
{
        return (Origin){
                .app = entry_get(e, ENTRY_APP),
                .app_id = entry_get(e, ENTRY_APP_ID),
                .operation = entry_get(e, ENTRY_OPERATION),
                .source = entry_get(e, ENTRY_SOURCE),
                .slice = entry_get(e, ENTRY_SLICE),
                .unit = entry_get(e, ENTRY_UNIT),
                .transport = entry_get(e, ENTRY_TRANSPORT),
        };
}
