/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The units around the audit: the one that pushes the history away, the one that compares, and those that
 * tell somebody. Their sandboxes are drop-ins of their names' prefixes. */

#include "render/unitspec.h"

#define AUDIT_PUSH_UNIT "paas-audit-push.service"

/* Pushes the state repository's history to `remote`. */
UnitSpec *render_audit_push(const char *remote);

/* Compares with `remote` (NULL: there is none, only the repository itself is checked) and writes what it
 * finds to `fd`. `name` without ".service". */
UnitSpec *render_audit_verify(const char *name, const char *remote, int fd);

/* One executable of hooks.d, with the event on standard input. */
UnitSpec *render_hook(const char *hook, int event_fd);

/* sendmail with a message on standard input that names its recipients. */
UnitSpec *render_mail(int message_fd);
char *render_hook_unit(const char *hook);
