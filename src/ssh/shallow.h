/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Pushes from a shallow clone, as CI makes them. git would write down where such a history ends (the file
 * `shallow` of the repository) when it updates the ref itself; with a hook that does, it dies instead, after
 * the hook is through ("BUG: connectivity check skipped", git 2.39 to 2.47). So the pusher's shallow lines
 * are kept from it: they are noted before it looks at the history, and those that turn out not to be needed
 * are taken away again.
 */

#include "basic/error.h"

/* Adds the commits (a line each) to the repository's file. */
int shallow_note(const char *repository, const char *commits, Error *e);

/* Takes out what is not needed any more: commits that never came, and those whose parents are all here.
 * Costs nothing where no shallow clone ever pushed. */
int shallow_tidy(const char *repository, Error *e);
