/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the platform tells in the journal with a MESSAGE_ID: every record of the audit, and what an operator
 * has to know. */

#include <syslog.h>

#include "engine/world/wish.h"
#include "model/messages.h"

/* One entry; `app` NULL: of the host. */
void journalmessage_send(const char *message_id, int priority, const char *format, ...) _printf_(3, 4);
void journalmessage_send_app(const char *message_id, int priority, const char *app, const char *format, ...)
        _printf_(4, 5);

/* The record with all its fields; `app`, `app_id` NULL: of the host. */
void journalmessage_record(const Record *record, const char *app, const char *app_id);
