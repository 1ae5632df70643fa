/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Readiness checks by path, as HAProxy makes them: a backend with some has rules of its own instead of those
 * that all have in common. What they say is foreign, and is quoted so that it stays one word.
 */

#include "basic/buffer.h"
#include "model/checks.h"

/* The path that the common rule asks for, NULL: "/". It acts at once, by a map, before a reload brings the
 * rest; one that a map cannot hold waits for the reload. */
const char *render_readiness_path(const Checks *checks);

/* Lines for the backend of the web processes; none when there is no such check. `directory`: of the maps. */
void render_readiness(const Checks *checks, const char *directory, Buffer *out);

/* One word of the configuration; `format`: it is read as a log format too. */
void render_quoted(const char *text, bool format, Buffer *out);
