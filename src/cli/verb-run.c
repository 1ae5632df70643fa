/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/handlers.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>

#include "basic/strv.h"
#include "basic/text.h"
#include "cli/cli.h"
#include "cli/pump.h"
#include "cli/rawterm.h"

static int append_env(Cli *cli, sd_bus_message *m)
{
        int r = sd_bus_message_open_container(m, 'a', "{ss}");
        STRV_FOREACH(word, cli->invocation->many) {
                const char *equals = strchr(*word, '=');
                if (!equals)
                        return error_set(&cli->error, -EINVAL, "--env %s has no value: -e NAME=VALUE",
                                         *word);
                _cleanup_free_ char *name = strndup(*word, (size_t) (equals - *word));
                if (!name)
                        return -ENOMEM;
                if (r >= 0)
                        r = sd_bus_message_append(m, "{ss}", name, equals + 1);
        }
        return r < 0 ? r : sd_bus_message_close_container(m);
}

static int append_options(Cli *cli, sd_bus_message *m, uint64_t *ret_limit)
{
        const char *size = cli_value(cli, OPTION_SIZE, NULL),
                   *limit = cli_value(cli, OPTION_TIME_LIMIT, NULL);
        int r = sd_bus_message_open_container(m, 'a', "{sv}");
        *ret_limit = 0;
        if (limit && (text_parse_seconds(limit, ret_limit) < 0 || *ret_limit == 0))
                return error_set(&cli->error, -EINVAL, "'%s' is no time: --time-limit 90s, 20min, 2h",
                                 limit);
        if (r >= 0 && size)
                r = sd_bus_message_append(m, "{sv}", "size", "s", size);
        if (r >= 0 && *ret_limit > 0)
                r = sd_bus_message_append(m, "{sv}", "time-limit", "t", *ret_limit);
        return r < 0 ? r : sd_bus_message_close_container(m);
}

/* `socket` -1: detached. What is in `ret_name` is the caller's. */
static int start(Cli *cli, int socket, char **ret_name, uint64_t *ret_limit)
{
        _cleanup_message_ sd_bus_message *m = NULL, *reply = NULL;
        const char *app, *name;
        Client *client;

        int r = cli_app(cli, &app);
        if (r >= 0)
                r = cli_connect(cli, &client);
        if (r >= 0)
                r = client_app_message(client, app, socket >= 0 ? "Run" : "RunDetached", &m, &cli->error);
        if (r < 0)
                return r;
        r = sd_bus_message_sensitive(m);
        if (r >= 0)
                r = sd_bus_message_append_strv(m, cli->invocation->arguments);
        if (r >= 0)
                r = append_env(cli, m);
        if (r >= 0)
                r = append_options(cli, m, ret_limit);
        if (r >= 0 && socket >= 0)
                r = sd_bus_message_append(m, "h", socket);
        if (r < 0)
                return cli->error.message ? r
                                          : error_set(&cli->error, r,
                                                      "The command or a variable is not valid UTF-8 text");
        r = client_app_send(client, app, m, &reply, &cli->error);
        if (r >= 0)
                r = sd_bus_message_read(reply, "s", &name);
        return r < 0 ? r : text_replace(ret_name, name);
}

int verb_run(Cli *cli)
{
        bool tty = !cli_has(cli, OPTION_NO_TTY) && rawterm_is_possible();
        _cleanup_free_ char *name = NULL;
        uint64_t limit;
        int fds[2];

        if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
                return -errno;
        _cleanup_close_ int control = fds[0], far_end = fds[1];
        int r = start(cli, far_end, &name, &limit);
        if (r < 0)
                return r;
        /* Nobody but the run itself shall hold its end. */
        close(TAKE_FD(far_end));
        if (tty)
                fprintf(stderr, "Running %s of %s\n", name, cli->app);
        return pump_run(control, tty, limit, &cli->error);
}

int verb_run_detached(Cli *cli)
{
        _cleanup_free_ char *name = NULL;
        uint64_t limit;
        int r = start(cli, -1, &name, &limit);
        if (r < 0)
                return r;
        printf("%s\n", name);
        fprintf(stderr, "paas logs --tail --ps %s --app %s shows what it prints\n", name, cli->app);
        return CLI_OK;
}
