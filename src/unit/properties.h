/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "unit/unit.h"

/* What one look at a unit has brought. */
typedef struct Inspection {
        UnitStatus status;
        char *job; /* object path; NULL: the unit has no job */
} Inspection;

void inspection_clear(Inspection *i);

/* From the answer to GetAll on all interfaces. */
int properties_read(sd_bus_message *m, Inspection *ret);

/* An empty status: the strings are "". */
int unit_status_init(UnitStatus *s, const char *name);
