/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * How often a process was started again, as far as is known. systemd's own counter (NRestarts) is of
 * those that follow an end, and begins anew with each that systemd is asked for, as paas-relive@.service
 * asks for one when the liveness checks of a process have failed.
 */

#include <stdint.h>

typedef struct Restarts {
        unsigned total;
        unsigned counted;     /* as systemd's counter stood when it was read last */
        uint64_t lifeless_at; /* when paas-relive@ asked for one last, realtime, usec; 0: never */
} Restarts;

/* systemd's counter was read. Returns how many ends it shows that were not known. */
unsigned restarts_note_ends(Restarts *r, unsigned counted);

/* paas-relive@ was last started `at` (realtime, usec; 0: never). */
void restarts_note_lifeless(Restarts *r, uint64_t at);
