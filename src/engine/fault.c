/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/fault.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "basic/cleanup.h"
#include "basic/file.h"
#include "basic/text.h"
#include "model/paths.h"

#ifdef PAAS_FAULT_POINTS
void fault_point(const char *name)
{
        _cleanup_free_ char *wanted = NULL;
        if (file_read(PAAS_RUN "/fault", 256, &wanted, NULL) < 0)
                return;
        wanted[strcspn(wanted, "\n")] = '\0';
        if (!streq(wanted, name))
                return;
        /* Once: the same point must not be met again after the restart. */
        (void) unlink(PAAS_RUN "/fault");
        raise(SIGKILL);
}
#endif
