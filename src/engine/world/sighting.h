/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Whether a unit is still as it was seen last: systemd tells of each change. */

#include <stdbool.h>
#include <stdint.h>

typedef struct Sighting {
        uint64_t changes; /* that were told of */
        uint64_t asked;   /* as many had been when its properties were asked for */
        uint64_t seen;    /* likewise, of the properties that are known */
        bool asking;      /* its properties are being asked for */
        bool known;       /* they were read since the changes are counted */
} Sighting;

/* Its properties are those that it had when they were read last. When they are not, they are being asked for
 * now, and sighting_note() says that they were read. */
bool sighting_is_current(Sighting *s);
void sighting_note(Sighting *s);
