/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "router/router.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>

#include "basic/clock.h"
#include "basic/text.h"
#include "router/exchange.h"
#include "router/parse.h"
#include "router/worker.h"

int router_observe_processes(Router *r, RouterProcesses *ret, Error *e)
{
        _cleanup_free_ char *reply = NULL;
        _cleanup_(router_processes_clear) RouterProcesses p = {0};
        int k = router_command(r->master_socket, ROUTER_SOCKET_MASTER, "show proc", ROUTER_COMMAND_TIMEOUT,
                               &reply, e);
        if (k < 0)
                return k;
        if (router_parse_proc(reply, &p.reloads, &p.failed) < 0)
                return error_set(e, -EIO, "HAProxy's master gave no list of its processes");
        k = router_parse_workers(reply, &p.workers, &p.n);
        for (size_t i = 0; k >= 0 && i < p.n; i++) {
                _cleanup_free_ char *info = NULL;
                _cleanup_error_ Error gone = ERROR_NULL;
                if (router_ask_worker(r, p.workers[i].pid, "show info", &info, &gone) >= 0)
                        (void) router_parse_info(info, "CurrConns", &p.workers[i].connections);
        }
        if (k < 0)
                return k;
        *ret = p;
        p = (RouterProcesses){0};
        return 0;
}

void router_processes_clear(RouterProcesses *p)
{
        free(p->workers);
        *p = (RouterProcesses){0};
}
