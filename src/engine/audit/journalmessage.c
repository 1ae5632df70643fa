/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/audit/journalmessage.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "basic/log.h"
#include "basic/strv.h"
#include "basic/text.h"
#include "journal/journal.h"

static int add(char ***fields, const char *name, const char *value)
{
        return value && *value ? strv_appendf(fields, "%s=%s", name, value) : 0;
}

static int add_head(char ***fields, const char *id, int priority, const char *source)
{
        int r = add(fields, "MESSAGE_ID", id);
        if (r >= 0)
                r = strv_appendf(fields, "PRIORITY=%d", priority);
        if (r >= 0)
                r = strv_append(fields, "SYSLOG_IDENTIFIER=paas");
        return r < 0 ? r : add(fields, "PAAS_SOURCE", source);
}

static _printf_(4, 0) void send_text(const char *id, int priority, const char *app, const char *format,
                                     va_list ap)
{
        _cleanup_strv_ char **fields = NULL;
        _cleanup_free_ char *text = NULL;
        int r = vasprintf(&text, format, ap) < 0 ? -ENOMEM : 0;
        if (r >= 0)
                r = add_head(&fields, id, priority, "paas");
        if (r >= 0)
                r = add(&fields, "MESSAGE", text);
        if (r >= 0)
                r = add(&fields, "PAAS_APP", app);
        if (r >= 0)
                r = journal_send(fields);
        if (r < 0)
                log_error(r, "cannot write to the journal");
}

void journalmessage_send(const char *message_id, int priority, const char *format, ...)
{
        va_list ap;
        va_start(ap, format);
        send_text(message_id, priority, NULL, format, ap);
        va_end(ap);
}

void journalmessage_send_app(const char *message_id, int priority, const char *app, const char *format, ...)
{
        va_list ap;
        va_start(ap, format);
        send_text(message_id, priority, app, format, ap);
        va_end(ap);
}

static const char *message_id(const Record *record)
{
        if (text_equal(record->status, "refused"))
                return MESSAGE_AUDIT_REFUSED;
        if (text_equal(record->status, "failed"))
                return MESSAGE_AUDIT_FAILED;
        if (text_equal(record->status, "canceled"))
                return MESSAGE_AUDIT_CANCELED;
        return text_ends_with(record->action, ":read") ? MESSAGE_AUDIT_READ : MESSAGE_AUDIT_CHANGED;
}

static int add_record(char ***fields, const Record *record, const char *app, const char *app_id)
{
        int r = strv_appendf(fields, "MESSAGE=%s: %s%s%s", record->actor->name, record->subject,
                             record->reason ? ": " : "", record->reason ? record->reason : "");
        if (r >= 0)
                r = add(fields, "PAAS_ACTOR", record->actor->name);
        if (r >= 0)
                r = add(fields, "PAAS_FROM", record->actor->from);
        if (r >= 0)
                r = add(fields, "PAAS_REQUEST", record->actor->request);
        if (r >= 0)
                r = add(fields, "PAAS_ACTION", record->action);
        if (r >= 0)
                r = add(fields, "PAAS_RESULT", record->status);
        if (r >= 0)
                r = add(fields, "PAAS_APP", app);
        if (r >= 0)
                r = add(fields, "PAAS_APP_ID", app_id);
        if (r >= 0 && record->version > 0)
                r = strv_appendf(fields, "PAAS_RELEASE=v%llu", (unsigned long long) record->version);
        if (r >= 0 && record->operation > 0 && app)
                r = strv_appendf(fields, "PAAS_OPERATION=%s/%llu", app,
                                 (unsigned long long) record->operation);
        return r;
}

void journalmessage_record(const Record *record, const char *app, const char *app_id)
{
        _cleanup_strv_ char **fields = NULL;
        bool changed = text_equal(record->status, "succeeded");
        int r = add_head(&fields, message_id(record), changed ? LOG_INFO : LOG_NOTICE, "audit");
        if (r >= 0)
                r = add_record(&fields, record, app, app_id);
        if (r >= 0)
                r = journal_send(fields);
        if (r < 0)
                log_error(r, "cannot write to the journal");
}
