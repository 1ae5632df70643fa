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

/* Each again and again, until the attempts of one have failed in a row: false, and it says so. True: it
 * could not go on, and is to be started again. `asked->timeout` is what a process has until it passes for
 * the first time. */
bool checklist_watch(const Asked *asked, const Checklist *l);

/* Each again and again, one after the other. Tells systemd RELOADING=1 for as long as one of them has not
 * passed in as many attempts as it has, READY=1 otherwise, and says on standard output why. Does not return.
 */
void checklist_attend(const Asked *asked, const Checklist *l);

/* All at once; all must pass. Says on standard output what did not. */
bool checklist_ask(const Asked *asked, const Checklist *l);
