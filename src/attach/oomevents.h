/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Whether the kernel has killed something in our own control group for want of memory. */

#include <stdbool.h>

bool oom_happened(void);
