/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ssh/commandline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_error_ Error e = ERROR_NULL;
        _cleanup_strv_ char **words = NULL;
        _cleanup_free_ char *line = strndup((const char *) data, size), *app = NULL, *key = NULL;
        GitService service;

        if (!line)
                abort();
        (void) command_forced_key(line, &key);
        if (command_line_split(line, &words, &e) < 0)
                return 0;
        if (strv_length(words) > COMMAND_WORDS_MAX)
                abort();
        (void) command_git_service(words, &service, &app, &e);
        return 0;
}
