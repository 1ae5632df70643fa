/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the running router does, and where that is not what it should do: for `paas router`. */

#include "engine/state.h"

typedef struct RouterReport {
        RouterProcesses processes;
        RouterServer *servers;
        size_t n_servers;
        size_t backends;
        char **differences; /* a sentence each; NULL: it serves exactly what is current */
        bool reload_planned;
} RouterReport;

int routing_inspect(Engine *e, RouterReport *ret, Error *error);
void router_report_clear(RouterReport *r);
