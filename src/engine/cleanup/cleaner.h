/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What applications leave behind may be a million files, and somebody may still move them about: a unit of
 * its own removes them, with a program that no exchanged directory leads astray. */

#include "engine/state.h"

/* Starts paas-clean-<name>.service, which removes `path`, after `stopped` (a unit that is being stopped;
 * NULL: none). Nobody waits for it. */
void cleaner_remove(Engine *e, const char *name, const char *path, const char *stopped);

/* Likewise the writable layer of an instance, "web.1-v12.3". */
void cleaner_remove_layer(Engine *e, const char *app, const char *short_name);

/* The same for what somebody might still come to need: within this call it goes from its place, into
 * /var/lib/paas/trash, so that nobody finds half of it. `done` (may be NULL, as may `ret`) when it is
 * removed. Errors are logged; -ENOENT: it is not there. */
int cleaner_discard(Engine *e, const char *name, const char *path, UnitDone done, void *userdata,
                    UnitCall **ret);
