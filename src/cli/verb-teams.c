/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/handlers.h"

#include <stdio.h>

#include "cli/cli.h"
#include "cli/columns.h"
#include "cli/namelist.h"
#include "client/reply.h"

int verb_teams(Cli *cli)
{
        _cleanup_json_ Json *teams = NULL;
        int r = cli_ask(cli, "ListTeams", &teams, NULL);
        if (r < 0)
                return r;
        if (cli_has(cli, OPTION_JSON))
                return cli_print_json(cli, teams);

        _cleanup_columns_ Columns c = columns_new("NAME|LEAD|MEMBERS|OWNS");
        for (size_t i = 0; r >= 0 && i < js_size(teams); i++) {
                const Json *team = js_at(teams, i);
                columns_put(&c, reply_text(team, "name"));
                columns_put(&c, reply_text(team, "lead"));
                r = namelist_put(&c, js_get(team, "members"), "");
                if (r >= 0)
                        r = namelist_put(&c, js_get(team, "owns"), "");
        }
        return r < 0 ? r : columns_print(&c, "There is no team: `paas teams:create NAME` makes one");
}

static int on_team(Cli *cli, const char *method, const char *done)
{
        const char *team = cli->invocation->arguments[0];
        int r = cli_ask(cli, method, NULL, "s", team);
        if (r < 0)
                return r;
        printf("%s ", done);
        term_print(team);
        printf("\n");
        return CLI_OK;
}

int verb_teams_create(Cli *cli)
{
        return on_team(cli, "CreateTeam", "Created the team");
}

int verb_teams_destroy(Cli *cli)
{
        return on_team(cli, "DestroyTeam", "Destroyed the team");
}

static int on_member(Cli *cli, const char *method, const char *done)
{
        const char *team = cli->invocation->arguments[0], *user = cli->invocation->arguments[1];
        int r = cli_ask(cli, method, NULL, "ss", team, user);
        if (r < 0)
                return r;
        term_print(user);
        printf(" %s ", done);
        term_print(team);
        printf("\n");
        return CLI_OK;
}

int verb_teams_add(Cli *cli)
{
        return on_member(cli, "AddMember", "is a member of");
}

int verb_teams_remove(Cli *cli)
{
        return on_member(cli, "RemoveMember", "is no longer a member of");
}

int verb_teams_lead(Cli *cli)
{
        return on_member(cli, "SetLead", "leads");
}
