/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "cli/columns.h"
#include "json/json.h"

/* One cell with the names of a JSON list, "ana (lead), ben"; `lead` may be "". */
int namelist_put(Columns *c, const Json *names, const char *lead);
