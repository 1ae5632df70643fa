/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A check that is a command: run once in the sandbox of its application, by paas-init, as its processes are.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "basic/buffer.h"
#include "model/check.h"

#define COMMAND_OUTPUT_MAX 2048 /* bytes of what it says that are kept */

typedef struct CommandEnd {
        int error;  /* errno: it could not be run */
        int status; /* as of waitpid(2) */
        bool late;  /* it was killed when its time was over */
        char output[COMMAND_OUTPUT_MAX];
        size_t length;
} CommandEnd;

/* `deadline`: of CLOCK_MONOTONIC, in microseconds. */
void command_run(char *const *argv, uint64_t deadline, CommandEnd *ret);

bool command_passed(const CommandEnd *end);
void command_explain(const char *name, const Check *check, unsigned attempts, const CommandEnd *end,
                     Buffer *why);
