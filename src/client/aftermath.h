/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Waits until it is known whether a release stays after its switch, also over a restart of paasd. */

#include "client/jobview.h"

/* `version` 0: the current one. What happens meanwhile is given to `want`, whose hang-up ends the waiting
 * and nothing else (-ECANCELED). 0: it stays, or somebody released another one; -EREMOTEIO: it was taken
 * back, or is bad, in words. */
int watch_release(Client *c, const char *app, uint64_t version, const JobFollow *want, Error *e);
