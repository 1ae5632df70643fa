/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A reload from its beginning to its end, for tests, which have nothing else to do meanwhile. */

#include <time.h>

#include "router/router.h"

static inline int reload_and_wait(Router *r, Error *e)
{
        _cleanup_(router_reload_freep) RouterReload *x = NULL;
        if (e)
                error_clear(e);
        int k = router_reload_begin(r, &x, e);
        while (k >= 0 && (k = router_reload_step(x, e)) > 0)
                nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
        return k;
}
