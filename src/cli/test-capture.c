/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/test-capture.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

void capture_begin(Capture *c)
{
        fflush(stdout);
        c->out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
        c->err = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
        c->file = memfd_create("out", MFD_CLOEXEC);
        c->file_err = memfd_create("err", MFD_CLOEXEC);
        if (c->out < 0 || c->err < 0 || c->file < 0 || c->file_err < 0 || dup2(c->file, STDOUT_FILENO) < 0 ||
            dup2(c->file_err, STDERR_FILENO) < 0)
                abort();
}

static void take(int file, char *text, size_t size)
{
        ssize_t n = pread(file, text, size - 1, 0);
        text[n > 0 ? n : 0] = '\0';
        close(file);
}

void capture_end(Capture *c)
{
        fflush(stdout);
        dup2(c->out, STDOUT_FILENO);
        dup2(c->err, STDERR_FILENO);
        close(c->out);
        close(c->err);
        take(c->file, c->text, sizeof(c->text));
        take(c->file_err, c->errors, sizeof(c->errors));
}
