/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ssh/pushhead.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* However the bytes are cut into pieces, the same goes on; nothing is made up, and only shallow lines go. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_push_head_ PushHead whole = PUSH_HEAD_NULL, pieces = PUSH_HEAD_NULL;
        int r = push_head_feed(&whole, data, size, NULL), s = 0;

        for (size_t i = 0; i < size && s >= 0; i++)
                s = push_head_feed(&pieces, data + i, 1, NULL);
        if (r < 0 || s < 0)
                return 0;
        if (whole.forward.length != pieces.forward.length || whole.shallow.length != pieces.shallow.length ||
            whole.pending.length != pieces.pending.length || whole.complete != pieces.complete)
                abort();
        if (whole.forward.length + whole.pending.length > size)
                abort();
        if (whole.shallow.length == 0 && whole.forward.length + whole.pending.length != size)
                abort();
        return 0;
}
