/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * What the fuzz targets (fuzz-x.c beside x.c) share. A target feeds one input to a parser, and stops the
 * program where a promise is broken: what was accepted reads back the same, and no message carries what a
 * terminal would act on.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "basic/error.h"
#include "basic/text.h"

/* The entry that libFuzzer and tests/fuzz/runner.c call. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void fuzz_require(bool promise)
{
        if (!promise)
                abort();
}

/* A message is UTF-8 of one or more lines without control characters. */
static inline void fuzz_check_text(const char *s)
{
        if (!s)
                return;
        fuzz_require(text_is_utf8(s, strlen(s)));
        for (const unsigned char *p = (const unsigned char *) s; *p; p++)
                fuzz_require((*p >= 0x20 || *p == '\n') && *p != 0x7f &&
                             !(*p == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0));
}

/* The input as a string of its own, NUL-terminated where it has no NUL before. */
static inline char *fuzz_string(const uint8_t *data, size_t size)
{
        char *s = malloc(size + 1);
        fuzz_require(s);
        if (size > 0)
                memcpy(s, data, size);
        s[size] = '\0';
        return s;
}
