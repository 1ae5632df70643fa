/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/handlers.h"

#include <inttypes.h>
#include <stdio.h>

#include "cli/cli.h"
#include "cli/columns.h"
#include "cli/namelist.h"
#include "client/reply.h"

int verb_users(Cli *cli)
{
        _cleanup_json_ Json *users = NULL;
        int r = cli_ask(cli, "ListUsers", &users, NULL);
        if (r < 0)
                return r;
        if (cli_has(cli, OPTION_JSON))
                return cli_print_json(cli, users);

        _cleanup_columns_ Columns c = columns_new("NAME|ADMIN|KEYS|CREATED|STATE|EMAIL");
        for (size_t i = 0; i < js_size(users); i++) {
                const Json *user = js_at(users, i);
                char created[32];
                term_format_time((uint64_t) reply_number(user, "created"), created);
                columns_put(&c, reply_text(user, "name"));
                columns_put(&c, reply_bool(user, "admin") ? "yes" : "");
                columns_putf(&c, "%" PRId64, reply_number(user, "keys"));
                columns_put(&c, created);
                columns_put(&c, reply_bool(user, "disabled") ? "disabled" : "");
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

static int put_names(Columns *c, const char *heading, const Json *names)
{
        if (js_size(names) == 0)
                return 0;
        columns_put_style(c, STYLE_HEAD, heading);
        return namelist_put(c, names, "");
}

static int print_user(const Json *user)
{
        _cleanup_columns_ Columns c = {.n = 2};
        char created[32];
        columns_put_style(&c, STYLE_HEAD, "Name");
        columns_put(&c, reply_text(user, "name"));
        columns_put_style(&c, STYLE_HEAD, "State");
        columns_putf(&c, "%s%s", reply_bool(user, "disabled") ? "disabled" : "enabled",
                     reply_bool(user, "admin") ? ", admin" : "");
        if (*reply_text(user, "email")) {
                columns_put_style(&c, STYLE_HEAD, "Email");
                columns_put(&c, reply_text(user, "email"));
        }
        columns_put_style(&c, STYLE_HEAD, "Keys");
        columns_putf(&c, "%" PRId64, reply_number(user, "keys"));
        term_format_time((uint64_t) reply_number(user, "created"), created);
        columns_put_style(&c, STYLE_HEAD, "Created");
        columns_put(&c, created);
        int r = put_names(&c, "Owns", js_get(user, "owns"));
        if (r >= 0)
                r = put_names(&c, "Leads", js_get(user, "leads"));
        if (r >= 0)
                r = put_names(&c, "Teams", js_get(user, "teams"));
        if (r >= 0)
                r = put_names(&c, "Roles", js_get(user, "roles"));
        return r < 0 ? r : columns_print(&c, NULL);
}

static int ask_about(Cli *cli, const char *method, const char *done)
{
        const char *name = cli->invocation->arguments[0];
        _cleanup_json_ Json *user = NULL;
        int r = cli_ask(cli, method, &user, "s", name);
        if (r < 0)
                return r;
        if (cli_has(cli, OPTION_JSON))
                return cli_print_json(cli, user);
        if (done)
                printf("%s %s\n", done, name);
        r = print_user(user);
        if (r >= 0 && reply_bool(user, "disabled") && js_size(js_get(user, "owns")) > 0)
                printf("What they own stays theirs until it is given to somebody: paas apps:transfer NAME "
                       "--app "
                       "APP\n");
        return r;
}

int verb_users_info(Cli *cli)
{
        return ask_about(cli, "UserInfo", NULL);
}

int verb_users_disable(Cli *cli)
{
        return ask_about(cli, "DisableUser", "Disabled");
}

int verb_users_enable(Cli *cli)
{
        return ask_about(cli, "EnableUser", "Enabled");
}
