/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/handlers.h"

#include <inttypes.h>
#include <stdio.h>

#include "cli/cli.h"
#include "cli/columns.h"
#include "client/reply.h"

int verb_users(Cli *cli)
{
        _cleanup_json_ Json *users = NULL;
        int r = cli_ask(cli, "ListUsers", &users, NULL);
        if (r < 0)
                return r;
        if (cli_has(cli, OPTION_JSON))
                return cli_print_json(cli, users);

        _cleanup_columns_ Columns c = columns_new("NAME|ADMIN|KEYS|CREATED|EMAIL");
        for (size_t i = 0; i < js_size(users); i++) {
                const Json *user = js_at(users, i);
                char created[32];
                term_format_time((uint64_t) reply_number(user, "created"), created);
                columns_put(&c, reply_text(user, "name"));
                columns_put(&c, reply_bool(user, "admin") ? "yes" : "");
                columns_putf(&c, "%" PRId64, reply_number(user, "keys"));
                columns_put(&c, created);
                columns_put(&c, reply_text(user, "email"));
        }
        return columns_print(&c, "There is no user yet: `paas setup` makes the first one");
}

int verb_users_add(Cli *cli)
{
        const char *name = cli->invocation->arguments[0];
        int r = cli_ask(cli, "AddUser", NULL, "ssb", name, cli_value(cli, OPTION_EMAIL, ""),
                        (int) cli_has(cli, OPTION_ADMIN));
        if (r < 0)
                return r;
        printf("Added %s. `paas keys:add --user %s FILE` gives them a key\n", name, name);
        return CLI_OK;
}
