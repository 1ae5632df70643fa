/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * How much is on the disk. Trees of applications may have millions of files: a unit of its own walks them,
 * at the lowest priority, and the loop goes on. Freeing a Measure means that nobody waits any more.
 */

#include "engine/state.h"
#include "model/usage.h"

typedef struct Measure Measure;

/* `r` < 0: it is not known. The Usage is valid during the call, in which the Measure may be freed. */
typedef void (*MeasureDone)(void *userdata, int r, const Usage *usage);

/* Of one application; `app` NULL: of the host, with the numbers of users that are in use. */
int measure_start(Engine *e, const char *app, MeasureDone done, void *userdata, Measure **ret);
Measure *measure_free(Measure *m);
