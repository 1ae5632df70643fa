/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "unit/unit.h"

/* What one look at a unit has brought. */
typedef struct Inspection {
        UnitStatus status;
        char *job;      /* object path; NULL: the unit has no job */
        bool not_found; /* LoadState */
} Inspection;

void inspection_clear(Inspection *i);

/* One property, which stands next in `m` as a variant; one that is of no interest is passed over. */
int property_read(sd_bus_message *m, const char *name, Inspection *i);

/* From what was read: whether there is such a unit. One whose file is gone is still there while it runs. */
void inspection_conclude(Inspection *i);

/* From the answer to GetAll on all interfaces. */
int properties_read(sd_bus_message *m, Inspection *ret);

/* An empty status: the strings are "". */
int unit_status_init(UnitStatus *s, const char *name);

UnitState unit_state_from_string(const char *s);
