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

#define BUS_ERROR_NOT_PERMITTED "org.paas1.Error.NotPermitted"
#define BUS_ERROR_NO_SUCH_APP "org.paas1.Error.NoSuchApp"
#define BUS_ERROR_NO_SUCH_RELEASE "org.paas1.Error.NoSuchRelease"
#define BUS_ERROR_NO_SUCH_USER "org.paas1.Error.NoSuchUser"
#define BUS_ERROR_NO_SUCH_KEY "org.paas1.Error.NoSuchKey"
#define BUS_ERROR_NO_SUCH_JOB "org.paas1.Error.NoSuchJob"
#define BUS_ERROR_NO_SUCH_PIPELINE "org.paas1.Error.NoSuchPipeline"
#define BUS_ERROR_NO_SUCH_DOMAIN "org.paas1.Error.NoSuchDomain"
#define BUS_ERROR_NO_SUCH_TEAM "org.paas1.Error.NoSuchTeam"
#define BUS_ERROR_EXISTS "org.paas1.Error.Exists"
#define BUS_ERROR_INVALID_ARGUMENT "org.paas1.Error.InvalidArgument"
#define BUS_ERROR_TOO_LARGE "org.paas1.Error.TooLarge"
#define BUS_ERROR_BUSY "org.paas1.Error.Busy"
#define BUS_ERROR_CONFLICT "org.paas1.Error.Conflict"
#define BUS_ERROR_NOT_SET_UP "org.paas1.Error.NotSetUp"
#define BUS_ERROR_INTERNAL "org.paas1.Error.Internal"

/* Fills `e` from our error: the name by errno (org.paas1.Error.NoSuchApp, .NotPermitted, .InvalidArgument,
 * … one table in errors.c), the text from `error`. Returns the negative errno as handlers must. -ENOENT is
 * NoSuchApp: what else may be missing is named with bus_error_reply_as(). */
int bus_error_reply(sd_bus_error *e, int r, const Error *error);

/* The same with a name of our choice, for -ENOENT: `r` only lends its text when `error` has none. */
int bus_error_reply_as(sd_bus_error *e, const char *name, int r, const Error *error);

/* The errno that an error name of ours stands for; 0 for a foreign name. */
int bus_error_to_errno(const char *name);

/* Uid of the sender, and whether it is in group `gid` (also supplementary; 1 or 0): from what the bus daemon
 * got from the kernel when the sender connected, which cannot be forged. */
int bus_sender_uid(sd_bus_message *m, uid_t *ret);
int bus_sender_in_group(sd_bus_message *m, gid_t gid);
