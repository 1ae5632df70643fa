/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>

#include "basic/buffer.h"

/* What a process has written, safe for the terminal of whoever reads it: control characters (C0, DEL, C1)
 * but TAB become '?', bytes that are not UTF-8 U+FFFD. Colours (ESC [ digits ; … m) stay, and end with the
 * line. */
void terminal_text(Buffer *b, const char *text, size_t length);

/* The same bytes as UTF-8 without NUL, for JSON, which escapes control characters itself. */
void utf8_text(Buffer *b, const char *text, size_t length);
