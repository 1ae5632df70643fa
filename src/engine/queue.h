/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Which operation may go on. Two queues an application, each first come first served: builds, one at a time,
 * and releases. A build joins the release queue when its slug is ready; a push keeps its place in the first
 * until its release has ended. What makes no release never waits, but for a restart, which starts processes
 * of a release and must know of which.
 */

#include "engine/state.h"

void queue_run(Engine *e);

/* After our own restart: a release that was under way goes before those that wait. */
void queue_take_up(Engine *e);
