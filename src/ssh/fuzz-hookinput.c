/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <stdint.h>
#include <stdlib.h>

#include "ssh/hookinput.h"
#include "ssh/pushplan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* However the bytes are cut into pieces, they mean the same. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_hook_input_ HookInput whole = HOOK_INPUT_NULL, pieces = HOOK_INPUT_NULL;
        _cleanup_push_plan_ PushPlan plan = PUSH_PLAN_NULL;

        int r = hook_input_feed(&whole, data, size, NULL), s = 0;
        for (size_t i = 0; i < size && s >= 0; i++)
                s = hook_input_feed(&pieces, data + i, 1, NULL);
        if ((r < 0) != (s < 0) || whole.n_updates != pieces.n_updates)
                abort();
        if (r >= 0 && whole.state != pieces.state)
                abort();
        if (r >= 0 && whole.state == HOOK_COMPLETE && push_plan(&whole, "blog", "", &plan) < 0)
                abort();
        return 0;
}
