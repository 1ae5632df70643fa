/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/handlers.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>

#include "basic/text.h"
#include "cli/cli.h"
#include "cli/logcopy.h"
#include "client/reply.h"

#define LINES_DEFAULT 100

static int append_query(Cli *cli, sd_bus_message *m)
{
        uint64_t lines = LINES_DEFAULT;
        const char *n = cli_value(cli, OPTION_LINES, NULL);
        const char *process = cli_value(cli, OPTION_PS, NULL), *source = cli_value(cli, OPTION_SOURCE, NULL);

        if (n && text_parse_uint(n, 1000 * 1000, &lines) < 0)
                return error_set(&cli->error, -EINVAL, "'%s' is no number of lines (up to 1000000)", n);
        int r = sd_bus_message_open_container(m, 'a', "{sv}");
        if (r >= 0)
                r = sd_bus_message_append(m, "{sv}{sv}{sv}", "lines", "t", lines, "follow", "b",
                                          (int) cli_has(cli, OPTION_TAIL), "json", "b",
                                          (int) cli_has(cli, OPTION_JSON));
        if (r >= 0 && process)
                r = sd_bus_message_append(m, "{sv}", "process", "s", process);
        if (r >= 0 && source)
                r = sd_bus_message_append(m, "{sv}", "source", "s", source);
        return r < 0 ? r : sd_bus_message_close_container(m);
}

/* The log that a method has answered with, to standard output. */
static int show(Cli *cli, sd_bus_message *reply)
{
        int fd, r = sd_bus_message_read(reply, "h", &fd);
        return r < 0 ? r : log_copy(cli, fd);
}

int verb_logs(Cli *cli)
{
        _cleanup_message_ sd_bus_message *m = NULL, *reply = NULL;
        const char *app;
        Client *client;

        int r = cli_app(cli, &app);
        if (r >= 0)
                r = cli_connect(cli, &client);
        if (r >= 0)
                r = client_app_message(client, app, "OpenLog", &m, &cli->error);
        if (r >= 0)
                r = append_query(cli, m);
        if (r >= 0)
                r = client_app_send(client, app, m, &reply, &cli->error);
        return r < 0 ? r : show(cli, reply);
}

/* What became of it, when that was no success: the last words of what it printed seldom say so. */
static int show_reason(Cli *cli, uint64_t version)
{
        _cleanup_json_ Json *release = NULL;
        int r = cli_ask_app(cli, "GetRelease", &release, "t", version);
        if (r < 0)
                return r;
        const char *reason = reply_text(release, "reason");
        if (*reason)
                printf(" !     %s: %s\n", reply_text(release, "status"), reason);
        return 0;
}

int verb_releases_output(Cli *cli)
{
        _cleanup_message_ sd_bus_message *m = NULL, *reply = NULL;
        const char *app;
        Client *client;
        uint64_t version;

        int r = cli_release(cli, &version);
        if (r >= 0)
                r = cli_app(cli, &app);
        if (r >= 0)
                r = cli_connect(cli, &client);
        if (r >= 0)
                r = client_app_message(client, app, "OpenReleaseLog", &m, &cli->error);
        if (r >= 0)
                r = sd_bus_message_append(m, "t", version);
        if (r >= 0)
                r = client_app_send(client, app, m, &reply, &cli->error);
        if (r >= 0)
                r = show(cli, reply);
        return r < 0 ? r : show_reason(cli, version);
}
