/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "build/packrelease.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What comes out is a Procfile that reads back without a warning. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_procfile_ Procfile p = PROCFILE_NULL, again = PROCFILE_NULL;
        _cleanup_strv_ char **warnings = NULL;
        _cleanup_error_ Error e = ERROR_NULL;
        _cleanup_free_ char *text = NULL;
        Listen listen;

        if (pack_release_parse((const char *) data, size, &p, &listen, &warnings, &e) < 0 ||
            p.n_processes == 0)
                return 0;
        if (procfile_format(&p, &text) < 0 || strlen(text) > PROCFILE_MAX_BYTES)
                return 0;
        if (procfile_parse(text, strlen(text), "Procfile", &again, NULL, &e) < 0 ||
            again.n_processes != p.n_processes)
                abort();
        return 0;
}
