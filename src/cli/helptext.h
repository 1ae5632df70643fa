/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Help from the table of verbs. */

#include "cli/verb.h"

void help_print(const Verb *v);
void help_print_all(void);
