/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * A share of the requests goes to the new release first. After fifty of them, or a minute, it gets all; when
 * it does worse than the old one, nothing more and the old one everything. Nothing of it is in the router's
 * files: should paasd die, the new release is proven again, and the share begins anew.
 */

#include "engine/operation/job.h"

/* How much of the traffic the job's release is to get first: 0 for none of it apart, since nothing was asked
 * for or there is nobody to share with. */
unsigned canary_share(Job *j, const AppState *s, const AppWorld *w);

/* `go_on` is called when it did well. When not, the job has failed. */
void canary_begin(Job *j, unsigned percent, void (*go_on)(Job *j));

/* The share is over: its servers have been added like any other. 0 also when there was none. */
int canary_end(Job *j, const AppState *s, Error *error);

/* Likewise when it had not come to that: its servers leave as those of an old release do. */
void canary_abandon(Job *j);
