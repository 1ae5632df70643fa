/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "router/router.h"

#include "router/parse.h"
#include "router/worker.h"

int router_observe(Router *r, RouterServer **ret, size_t *ret_n, Error *e)
{
        _cleanup_free_ char *state = NULL, *connections = NULL;
        int k = router_ask(r, &state, e, "show servers state");
        if (k >= 0)
                k = router_ask(r, &connections, e, "show servers conn");
        return k < 0 ? k : router_parse_servers(state, connections, ret, ret_n, e);
}
