/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The checks that a unit's environment brings ($PAAS_CHECK_1 and on), of which a run makes some. */

#include <stdbool.h>
#include <stddef.h>

#include "basic/buffer.h"
#include "model/check.h"
#include "probe/asking.h"

#define CHECKLIST_MAX 100

typedef struct Checklist {
        Check list[CHECKLIST_MAX];
        size_t n;
} Checklist;

/* Those of a type that are made in this place: commands in the application's sandbox, what is asked over a
 * socket elsewhere. Takes all of them out of the environment. -EINVAL: one cannot be read. */
int checklist_read(CheckType type, bool commands, Checklist *ret);
void checklist_clear(Checklist *l);

/* All at once; all must pass. Says on standard output what did not. */
bool checklist_ask(const Asked *asked, const Checklist *l);
