/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "unit/call.h"

/* Looks at the call's unit; the answer goes to the type's `inspected`. */
int inspect_begin(UnitCall *c);
