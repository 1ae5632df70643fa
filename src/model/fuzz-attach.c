/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "basic/fuzz.h"
#include "model/attach.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        char line[ATTACH_LINE_MAX], again[ATTACH_LINE_MAX];
        AttachMessage m, n;

        if (attach_parse((const char *) data, size, &m) < 0)
                return 0;
        size_t length = attach_format(&m, line);
        fuzz_require(length == strlen(line));
        fuzz_require(attach_parse(line, length, &n) == 0);
        fuzz_require(attach_format(&n, again) == length && memcmp(line, again, length) == 0);
        return 0;
}
