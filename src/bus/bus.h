/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The server side of sd-bus: connection, who calls, error names. */

#include <sys/types.h>
#include <systemd/sd-bus.h>

#include "basic/error.h"

#define BUS_NAME "org.paas1"
#define BUS_PATH "/org/paas1"
#define BUS_MANAGER_INTERFACE "org.paas1.Manager"
#define BUS_APP_INTERFACE "org.paas1.App"
#define BUS_JOB_INTERFACE "org.paas1.Job"

/* Fills `e` from our error: the name by errno (org.paas1.Error.NoSuchApp, .NotPermitted, .InvalidArgument,
 * … one table in errors.c), the text from `error`. Returns the negative errno as handlers must. */
int bus_error_reply(sd_bus_error *e, int r, const Error *error);

/* The errno that an error name of ours stands for; 0 for a foreign name. */
int bus_error_to_errno(const char *name);

/* Uid of the sender, and whether it is in group `gid` (also supplementary); from the bus's credentials,
 * which cannot be forged. */
int bus_sender_uid(sd_bus_message *m, uid_t *ret);
int bus_sender_in_group(sd_bus_message *m, gid_t gid);
