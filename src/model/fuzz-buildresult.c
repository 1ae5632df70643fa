/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "basic/fuzz.h"
#include "model/buildresult.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_build_result_ BuildResult b = BUILD_RESULT_NULL;
        _cleanup_free_ char *text = NULL;
        _cleanup_error_ Error e = ERROR_NULL;

        int r = build_result_parse((const char *) data, size, &b, &e);
        fuzz_require((r < 0) == (e.message != NULL));
        fuzz_check_text(e.message);
        if (r < 0)
                return 0;
        fuzz_require(b.procfile.n_processes > 0 && b.pack && b.manifest);
        fuzz_require(build_result_format(&b, &text) >= 0);
        fuzz_require(strlen(text) == size && memcmp(text, data, size) == 0);
        return 0;
}
