/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/handlers.h"

#include <errno.h>
#include <stdio.h>

#include "basic/text.h"
#include "cli/cli.h"
#include "cli/columns.h"
#include "client/reply.h"

int verb_apps_destroyed(Cli *cli)
{
        _cleanup_json_ Json *apps = NULL;
        int r = cli_ask(cli, "ListDestroyed", &apps, NULL);
        if (r < 0)
                return r;
        if (cli_has(cli, OPTION_JSON))
                return cli_print_json(cli, apps);
        _cleanup_columns_ Columns c = columns_new("NAME|OWNER|DESTROYED|BY|UNTIL|ID");
        for (size_t i = 0; i < js_size(apps); i++) {
                const Json *app = js_at(apps, i);
                char destroyed[32], until[32];
                term_format_time((uint64_t) reply_number(app, "destroyed"), destroyed);
                term_format_time((uint64_t) reply_number(app, "until"), until);
                columns_put(&c, reply_text(app, "name"));
                columns_put(&c, reply_text(app, "owner"));
                columns_put(&c, destroyed);
                columns_put(&c, reply_text(app, "actor"));
                columns_put(&c, until);
                columns_put(&c, reply_text(app, "id"));
        }
        return columns_print(&c, "There is no destroyed application that can be restored");
}

static int say_taken(sd_bus_message *reply, const char *name)
{
        const char *domain;
        int r = sd_bus_message_enter_container(reply, 'a', "s");
        while (r >= 0 && (r = sd_bus_message_read(reply, "s", &domain)) > 0)
                fprintf(stderr, " !     %s belongs to another application by now, and not to %s\n", domain,
                        name);
        return r;
}

int verb_apps_restore(Cli *cli)
{
        _cleanup_message_ sd_bus_message *reply = NULL;
        _cleanup_json_ Json *info = NULL;
        const char *path, *name, *job;
        Client *client;

        int r = cli_connect(cli, &client);
        if (r >= 0)
                r = client_call(client, "RestoreApp", &reply, &cli->error, "sa{sv}",
                                cli->invocation->arguments[0], 1, "as", "s", cli_value(cli, OPTION_AS, ""));
        if (r >= 0)
                r = sd_bus_message_read(reply, "oso", &path, &name, &job);
        if (r >= 0)
                r = text_replace(&cli->app, name);
        if (r >= 0)
                r = say_taken(reply, name);
        if (r < 0)
                return r;
        printf("Restored %s\n", name);
        r = cli_follow(cli, job, NULL);
        if (r < 0)
                return r;
        r = cli_ask_app(cli, "Info", &info, NULL);
        if (r < 0)
                return r;
        printf("%s | %s\n", reply_text(info, "web_url"), reply_text(info, "git_url"));
        return CLI_OK;
}
