/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Which operation may go on. Two queues an application, each first come first served: builds, one at a time,
 * and releases. A build joins the release queue when its slug is ready; a push keeps its place in the first
 * until its release has ended. What makes no release never waits, but for a restart, which starts processes
 * of a release and must know of which. A lock of the application holds back whatever would make a release
 * and has not begun with it. Who waits is told for what, and again when that changes.
 */

#include "engine/operation/job.h"

void queue_run(Engine *e);

/* How many operations of its application come before one that waits. */
unsigned queue_ahead(Job *j);

/* Cancels the application's deploys that came before this one and are not released yet. */
void queue_supersede(Job *j);

/* After our own restart: a release that was under way goes before those that wait. */
void queue_take_up(Engine *e);
