/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Pushes from a shallow clone, as CI makes them. git writes down where such a history ends (the file
 * `shallow`) only for refs that it updates itself; ours are updated after the deploy, so we do it.
 */

#include "basic/error.h"

/* Notes the commits below `commit` whose parents were not pushed. Costs one short git when the history is
 * whole. Returns how many there were. */
int shallow_note(const char *repository, const char *commit, Error *e);
