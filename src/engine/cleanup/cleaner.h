/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What applications leave behind may be a million files, and somebody may still move them about: units of
 * their own remove them (paas-clean-*.service), with a program that no exchanged directory leads astray.
 * What goes is at once renamed into /var/lib/paas/trash, so that nobody finds half of it and its place is
 * free. The trash is emptied some seconds later, all that has come together by one unit: the moment after a
 * switch belongs to those who use the new processes.
 */

#include "engine/state.h"

typedef struct Cleaner Cleaner;

/* Removes `path`, once `stopped` (a unit that is being stopped; NULL: none) has stopped. `name` is what it
 * is called in the trash. Nobody waits for it. Errors are logged; that it is not there is none. */
void cleaner_remove(Engine *e, const char *name, const char *path, const char *stopped);

/* Likewise the writable layer of an instance, "web.1-v12.3". */
void cleaner_remove_layer(Engine *e, const char *app, const char *short_name);

/* The same without delay, by a unit of its own, for who waits: `done` and `ret` as in units_start(). A
 * negative errno is logged; -ENOENT: it is not there. */
int cleaner_discard(Engine *e, const char *name, const char *path, UnitDone done, void *userdata,
                    UnitCall **ret);

/* Is this entry of the trash about to be removed? */
bool cleaner_has(const Engine *e, const char *name);

/* Begins at once with what waits. The unit that is removing something now; NULL: there is none. */
const char *cleaner_hurry(Engine *e);

/* What a previous life of this process has left in the trash. */
void cleaner_take_up(Engine *e);

/* What is left is taken up by the next life. */
Cleaner *cleaner_free(Cleaner *c);
