/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What a short-lived unit writes, read to its end while the loop goes on. Freeing it means that nobody waits
 * any more.
 */

#include "basic/buffer.h"
#include "engine/state.h"

typedef struct UnitOutput UnitOutput;

/* `r` < 0: it cannot be read, or is larger than was allowed. The text ends with a NUL and is valid during
 * the call, in which the UnitOutput may be freed. */
typedef void (*UnitOutputDone)(void *userdata, int r, const char *text, size_t length);

/* `ret_fd` is for the unit, and the caller's to close. */
int unit_output_new(Engine *e, size_t max, UnitOutputDone done, void *userdata, UnitOutput **ret,
                    int *ret_fd);
UnitOutput *unit_output_free(UnitOutput *o);
