/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Fault points: a test names one in /run/paas/fault, and the process kills itself there, as a power cut
 * would. Only builds with -Dfault_points=true have them; elsewhere this is nothing.
 */

#ifdef PAAS_FAULT_POINTS
void fault_point(const char *name);
#else
static inline void fault_point(const char *name)
{
        (void) name;
}
#endif
