/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a test's subject prints to standard output and standard error. */

typedef struct Capture {
        int out, err;       /* the real ones, while capturing */
        int file, file_err; /* memory files */
        char text[16384];
        char errors[16384];
} Capture;

void capture_begin(Capture *c);
void capture_end(Capture *c);
