/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/handlers.h"

#include <errno.h>
#include <stdio.h>

#include "cli/cli.h"
#include "cli/columns.h"
#include "cli/namelist.h"
#include "client/reply.h"

int verb_access(Cli *cli)
{
        _cleanup_json_ Json *access = NULL;
        int r = cli_ask_app(cli, "ListAccess", &access, NULL);
        if (r < 0)
                return r;
        if (cli_has(cli, OPTION_JSON))
                return cli_print_json(cli, access);

        _cleanup_columns_ Columns c = columns_new("NAME|ROLE|MEMBERS");
        for (size_t i = 0; r >= 0 && i < js_size(access); i++) {
                const Json *holder = js_at(access, i);
                columns_put(&c, reply_text(holder, "name"));
                columns_put(&c, reply_text(holder, "role"));
                r = namelist_put(&c, js_get(holder, "members"), reply_text(holder, "lead"));
        }
        return r < 0 ? r : columns_print(&c, NULL);
}

static int give(Cli *cli, const char *method)
{
        const char *name = cli->invocation->arguments[0], *role = cli_value(cli, OPTION_ROLE, NULL);
        if (!role)
                return error_set(&cli->error, -EINVAL,
                                 "Which role? Add --role viewer, deployer or operator (`paas help roles`)");
        int r = cli_ask_app(cli, method, NULL, "ss", name, role);
        if (r < 0)
                return r;
        term_print(name);
        printf(" has the role %s on %s\n", role, cli->app);
        return CLI_OK;
}

int verb_access_add(Cli *cli)
{
        return give(cli, "AddAccess");
}

int verb_access_update(Cli *cli)
{
        return give(cli, "UpdateAccess");
}

int verb_access_remove(Cli *cli)
{
        const char *name = cli->invocation->arguments[0];
        int r = cli_ask_app(cli, "RemoveAccess", NULL, "s", name);
        if (r < 0)
                return r;
        term_print(name);
        printf(" has no role of their own on %s any more\n", cli->app);
        return CLI_OK;
}

int verb_apps_transfer(Cli *cli)
{
        const char *name = cli->invocation->arguments[0];
        int r = cli_ask_app(cli, "Transfer", NULL, "s", name);
        if (r < 0)
                return r;
        term_print(name);
        printf(" owns %s. Who else may do what: `paas access --app %s`\n", cli->app, cli->app);
        return CLI_OK;
}
