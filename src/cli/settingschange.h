/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/cli.h"

/* Sets and unsets, waits for what is started anew, and says what became of it. Both lists may be NULL. */
int settings_change(Cli *cli, char *const *set, char *const *unset);
