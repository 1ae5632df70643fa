/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/cli.h"

/* Shows what comes out of `fd` (borrowed), line by line, until it ends or nobody reads any more: harmless on
 * a terminal, and there with the head of a line dim; as it is with --json. */
int log_copy(Cli *cli, int fd);
