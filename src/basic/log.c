/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "basic/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "basic/file.h"

static int max_level = LOG_INFO;

void log_set_level(int level)
{
        max_level = level;
}

int log_level(void)
{
        return max_level;
}

int log_full(int level, int error, const char *format, ...)
{
        if (level > max_level)
                return error;

        _cleanup_free_ char *message = NULL, *line = NULL;
        va_list ap;
        va_start(ap, format);
        if (vasprintf(&message, format, ap) < 0)
                message = NULL;
        va_end(ap);
        if (!message)
                return error;

        char priority[8] = "";
        if (!isatty(STDERR_FILENO))
                snprintf(priority, sizeof(priority), "<%d>", level);
        int n = asprintf(&line, "%s%s%s%s\n", priority, message, error ? ": " : "",
                         error ? strerror(-error) : "");
        /* One write a line: two processes on one pipe must not mix. There is nobody to tell of a failure. */
        if (n > 0)
                (void) fd_write_all(STDERR_FILENO, line, (size_t) n);
        return error;
}
