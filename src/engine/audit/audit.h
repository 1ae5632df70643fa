/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * The record of what changed nothing: requests that were refused, and reads of config values. Each is a
 * commit with an unchanged tree on the application's ref (on refs/paas/audit for the host), so that it
 * stands in one history with the changes. Nobody can fill the disk with it: the same actor, action and
 * application get one commit a minute, and fewer when it goes on, each with the number of times; and one
 * actor has a few such rows at once, the rest share one.
 */

#include "engine/state.h"
#include "model/action.h"

/* `s` NULL: an action on the host. */
void audit_refused(Engine *e, const Actor *actor, Action action, const AppState *s, const char *reason);

/* Config values were shown; `what`: their names. */
void audit_read(Engine *e, const Actor *actor, Action action, const AppState *s, const char *what);

/* Hears of each commit (Catalog.recorded): the journal, the remote and whoever has to know follow. */
void audit_recorded(void *userdata, const char *app, const Record *record);

/* Writes what has gathered; from time to time, and (`all`) before the end. */
void audit_tick(Engine *e, bool all);
Audit *audit_free(Audit *a);
