/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* `paas help roles`: the table by which paasd decides. docs/roles.md has the same. */

#include "cli/handlers.h"

#include <errno.h>
#include <stdio.h>

#include "cli/cli.h"
#include "cli/columns.h"
#include "model/action.h"

static int add_action(Json *list, Action a)
{
        Json *j = js_object();
        int r = js_set_string(j, "action", action_to_string(a));
        if (r >= 0)
                r = js_set_string(j, "role", role_to_string(action_role(a)));
        if (r >= 0)
                r = js_set_string(j, "what", action_describe(a));
        if (r < 0) {
                js_free(j);
                return r;
        }
        return js_add(list, j);
}

static int print_json(Cli *cli)
{
        _cleanup_json_ Json *list = js_array();
        for (Action a = 0; a < _ACTION_MAX; a++) {
                int r = add_action(list, a);
                if (r < 0)
                        return r;
        }
        return cli_print_json(cli, list);
}

int verb_roles(Cli *cli)
{
        if (cli_has(cli, OPTION_JSON))
                return print_json(cli);

        _cleanup_columns_ Columns c = columns_new("ACTION|NEEDS|WHAT IT IS");
        for (Action a = 0; a < _ACTION_MAX; a++) {
                Role role = action_role(a);
                columns_put(&c, action_to_string(a));
                columns_put(&c, role == ROLE_NONE ? "" : role_to_string(role));
                columns_put(&c, action_describe(a));
        }
        int r = columns_print(&c, NULL);
        if (r >= 0)
                printf("\nEach role includes those before it: viewer, deployer, operator, owner. An admin "
                       "of "
                       "the host may do all.\n");
        return r;
}
