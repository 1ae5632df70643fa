/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * How processes that the router sends nothing to take over from each other, as `strategy` of their type
 * says: the new beside the old (overlap), which is the default; the old told to take no new work, and
 * stopped when it has ended what it had (handover); or the new only once the old has gone (stop-start).
 *
 * That a process was told, and when, stands in its unit's Description=: administrators see it there, and we
 * find it there after our own restart.
 */

#include "engine/world/world.h"

/* Nobody of this type may start while another one of it is there. */
bool quiet_is_exclusive(const AppState *s, const char *type);

/* Tells it; from then on it is quiet_is_over() that says when it is to be stopped. False when there is
 * nothing to wait for. */
bool quiet_begin(AppWorld *w, const AppState *s, Instance *i);

/* It has ended by itself, or has had its time. `s` NULL: its application is gone. */
bool quiet_is_over(const AppState *s, const Instance *i);

/* Seconds from the end of its work until it is gone: the most that one of the application may take, so that
 * whoever waits for it knows when to give up. */
uint64_t quiet_longest_end(const Engine *e, const AppState *s);
