/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "basic/fuzz.h"
#include "model/operation.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_operation_ Operation o = OPERATION_NULL, again = OPERATION_NULL;
        _cleanup_free_ char *text = NULL, *text_again = NULL;
        _cleanup_error_ Error e = ERROR_NULL;

        int r = operation_parse((const char *) data, size, &o, &e);
        fuzz_require((r < 0) == (e.message != NULL));
        fuzz_check_text(e.message);
        if (r < 0)
                return 0;
        fuzz_require(o.app && o.actor && o.number > 0);
        fuzz_require(operation_format(&o, &text) >= 0);
        fuzz_require(operation_parse(text, strlen(text), &again, NULL) >= 0);
        fuzz_require(operation_format(&again, &text_again) >= 0);
        fuzz_require(streq(text, text_again));
        return 0;
}
