/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Text that somebody else wrote (an application's log, a build's output, a commit's author) on its way to a
 * person's terminal. Control characters could move the cursor, rename the window or hide what stands
 * before, and characters that turn the writing direction could too, so each is shown and none is sent.
 */

#include <stdbool.h>
#include <stddef.h>

#include "basic/buffer.h"

/* Appends `s`; what must not reach a terminal becomes visible ("^[", "\u202e", "\xff"). A tab passes. */
void foreign_append(Buffer *b, const char *s, size_t length);

/* Whether there is nothing in it that foreign_append() would change. */
bool foreign_is_harmless(const char *s, size_t length);

/* How many columns of a terminal the text takes; a byte that is not UTF-8 counts as one. */
size_t text_width(const char *s);

/* How many bytes of it fit into so many columns. */
size_t text_fit(const char *s, size_t columns);
