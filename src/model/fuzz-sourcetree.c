/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "basic/fuzz.h"
#include "model/sourcetree.h"

/* The bounds are small, so that short inputs pass them. */
static const SourceLimits limits = {.max_bytes = 1000, .max_files = 3};

static int judge(const uint8_t *data, size_t size, size_t step, Error *e)
{
        _cleanup_(source_tree_freep) SourceTree *t = NULL;
        fuzz_require(source_tree_new(limits, &t) >= 0);
        for (size_t i = 0; i < size; i += step) {
                int r = source_tree_feed(t, data + i, size - i < step ? size - i : step, e);
                if (r < 0)
                        return r;
        }
        return source_tree_finish(t, e);
}

/* The pieces in which the listing comes do not matter. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_error_ Error whole = ERROR_NULL, pieces = ERROR_NULL;

        int r = judge(data, size, size + 1, &whole);
        fuzz_require((r < 0) == (whole.message != NULL));
        fuzz_check_text(whole.message);
        fuzz_require(judge(data, size, 3, &pieces) == r);
        fuzz_require(text_equal(whole.message, pieces.message));
        return 0;
}
