/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* One deploy on behalf of a pusher: asked for, followed to its end, told to the pusher. */

#include "client/client.h"
#include "ssh/pushplan.h"

/* Where paas-shell leaves the pusher's connection for the hook to watch. */
#define PUSHER_FD 9

typedef struct Deploy {
        Client *client;
        const char *app;
        const RefUpdate *update;
        const PushPlan *plan;
} Deploy;

/* 0: the commit is released (or, detached, queued). Otherwise negative errno and `*ret_reason`, one line for
 * git to show beside the ref; more has been said on standard error. */
int deploy_run(const Deploy *d, char **ret_reason);

/* One line for the pusher, as git shows it: "remote: …". What is not ours in it is made harmless. */
void deploy_say(const char *format, ...) _printf_(1, 2);
