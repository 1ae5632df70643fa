/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/operation/joblog.h"

#include <errno.h>
#include <string.h>

#include "basic/log.h"
#include "basic/strv.h"
#include "journal/journal.h"

static int send(const char *id, const char *app, const char *app_id, const char *message, size_t length,
                const char *more)
{
        _cleanup_strv_ char **fields = NULL;
        int r = strv_appendf(&fields, "MESSAGE=%.*s", (int) length, message);
        if (r >= 0)
                r = strv_append(&fields, "PRIORITY=6");
        if (r >= 0)
                r = strv_append(&fields, "SYSLOG_IDENTIFIER=paas");
        if (r >= 0)
                r = strv_append(&fields, "PAAS_SOURCE=paas");
        if (r >= 0)
                r = strv_appendf(&fields, "PAAS_APP=%s", app);
        if (r >= 0 && app_id)
                r = strv_appendf(&fields, "PAAS_APP_ID=%s", app_id);
        if (r >= 0 && id)
                r = strv_appendf(&fields, "PAAS_OPERATION=%s", id);
        if (r >= 0 && more)
                r = strv_append(&fields, more);
        return r < 0 ? r : journal_send(fields);
}

void joblog_write(const char *id, const char *app, const char *app_id, const char *text)
{
        for (const char *line = text;;) {
                size_t n = strcspn(line, "\n");
                int r = send(id, app, app_id, line, n, NULL);
                if (r < 0)
                        log_error(r, "%s: cannot write to the journal", id ? id : app);
                if (!line[n] || !line[n + 1])
                        return;
                line += n + 1;
        }
}

void joblog_end(const char *id, const char *app, const char *app_id)
{
        int r = send(id, app, app_id, "", 0, "PAAS_OPERATION_END=1");
        if (r < 0)
                log_error(r, "%s: cannot write to the journal", id);
}
