/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/handlers.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "basic/strv.h"
#include "cli/cli.h"

int verb_config_copy(Cli *cli)
{
        _cleanup_message_ sd_bus_message *m = NULL, *reply = NULL;
        _cleanup_strv_ char **names = NULL;
        _cleanup_job_ Job job = JOB_NULL;
        const char *app, *path, *from = cli_value(cli, OPTION_FROM, NULL),
                                *keys = cli_value(cli, OPTION_KEYS, NULL);
        Client *client;

        if (!from || !keys)
                return error_set(&cli->error, -EINVAL,
                                 "From where, and which? paas config:copy --from APP --keys A,B");
        int r = cli_app(cli, &app);
        if (r >= 0)
                r = strv_split(keys, ", ", &names);
        if (r >= 0 && !names)
                r = error_set(&cli->error, -EINVAL, "--keys names no config var: --keys A,B");
        if (r >= 0)
                r = cli_connect(cli, &client);
        if (r >= 0)
                r = client_app_message(client, app, "CopyConfig", &m, &cli->error);
        if (r >= 0)
                r = sd_bus_message_append(m, "s", from);
        if (r >= 0)
                r = sd_bus_message_append_strv(m, names);
        if (r >= 0)
                r = client_app_send(client, app, m, &reply, &cli->error);
        if (r >= 0)
                r = sd_bus_message_read(reply, "o", &path);
        if (r >= 0)
                r = cli_follow(cli, path, &job);
        if (r < 0)
                return r;
        if (r > 0)
                printf("%s has them already: nothing has changed\n", app);
        else
                printf("Copied %s from %s to %s: released v%" PRIu64 "\n", keys, from, app, job.version);
        return CLI_OK;
}
