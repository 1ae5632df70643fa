/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/handlers.h"

#include <errno.h>
#include <stdio.h>

#include "basic/text.h"
#include "basic/uuid.h"
#include "cli/cli.h"

/* What is current, when no ref was named. */
static int current_commit(Cli *cli, Client *client, const char *app, char **ret)
{
        _cleanup_message_ sd_bus_message *reply = NULL;
        const char *path, *branch, *commit;

        int r = client_call(client, "GetRepository", &reply, &cli->error, "s", app);
        if (r >= 0)
                r = sd_bus_message_read(reply, "sss", &path, &branch, &commit);
        if (r < 0)
                return r;
        if (!*commit)
                return error_set(&cli->error, -ENOENT,
                                 "Nothing has been deployed to %s yet: `git push paas main` does it", app);
        *ret = strdup(commit);
        return *ret ? 0 : -ENOMEM;
}

static int start(Cli *cli, Client *client, const char *app, const char *ref, sd_bus_message **ret_reply)
{
        _cleanup_message_ sd_bus_message *m = NULL;
        char request[UUID_TEXT_SIZE];

        int r = uuid_new(request);
        if (r >= 0)
                r = client_app_message(client, app, "Deploy", &m, &cli->error);
        if (r >= 0)
                r = sd_bus_message_append(m, "sa{sv}", ref, 5, "request", "s", request, "detach", "b",
                                          (int) cli_has(cli, OPTION_DETACH), "no-rollback", "b",
                                          (int) cli_has(cli, OPTION_NO_ROLLBACK), "supersede", "b",
                                          (int) cli_has(cli, OPTION_SUPERSEDE), "canary", "s",
                                          cli_value(cli, OPTION_CANARY, ""));
        return r < 0 ? r : client_app_send(client, app, m, ret_reply, &cli->error);
}

int verb_deploy(Cli *cli)
{
        _cleanup_message_ sd_bus_message *reply = NULL;
        _cleanup_free_ char *ref = NULL;
        _cleanup_job_ Job job = JOB_NULL;
        const char *app, *path;
        Client *client;

        int r = cli_app(cli, &app);
        if (r >= 0 && cli_has(cli, OPTION_DETACH) && cli_has(cli, OPTION_WATCH))
                return error_set(&cli->error, -EINVAL,
                                 "--detach and --watch exclude each other: choose one of them");
        if (r >= 0)
                r = cli_connect(cli, &client);
        if (r >= 0)
                r = cli->invocation->n_arguments > 0 ? text_replace(&ref, cli->invocation->arguments[0])
                                                     : current_commit(cli, client, app, &ref);
        if (r >= 0)
                r = start(cli, client, app, ref, &reply);
        if (r >= 0)
                r = sd_bus_message_read(reply, "o", &path);
        if (r < 0)
                return r;
        if (cli_has(cli, OPTION_DETACH)) {
                printf("Queued. `paas releases --app %s` will show it\n", app);
                if (job_read(client, path, &job, NULL) >= 0 && *job.waits_for)
                        printf("Waiting: %s\n", job.waits_for);
                return CLI_OK;
        }
        /* What was released, and where it is to be seen, the log says. */
        r = cli_follow(cli, path, &job);
        if (r >= 0 && cli_has(cli, OPTION_WATCH))
                r = cli_watch(cli, app, job.version);
        return r < 0 ? r : CLI_OK;
}
