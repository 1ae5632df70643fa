/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/handlers.h"

#include <errno.h>
#include <stdio.h>

#include "basic/text.h"
#include "cli/cli.h"
#include "cli/helptext.h"
#include "cli/verbtable.h"

int verb_help(Cli *cli)
{
        const Invocation *i = cli->invocation;
        const Verb *verb = NULL;
        _cleanup_free_ char *joined = NULL;

        if (i->n_arguments == 0 && !cli_has(cli, OPTION_JSON)) {
                help_print_all();
                return CLI_OK;
        }
        if (i->n_arguments == 1 && streq(i->arguments[0], "roles"))
                return verb_roles(cli);
        if (cli_has(cli, OPTION_JSON))
                return error_set(&cli->error, -EINVAL, "There is JSON of `paas help roles` alone");
        if (i->n_arguments == 2 && asprintf(&joined, "%s:%s", i->arguments[0], i->arguments[1]) >= 0)
                verb = verb_find(joined);
        else if (i->n_arguments == 1)
                verb = verb_find(i->arguments[0]);
        if (!verb)
                return error_set(&cli->error, -EINVAL, "There is no command '%s'. `paas help` lists them",
                                 joined ? joined : i->arguments[0]);
        help_print(verb);
        return CLI_OK;
}

int verb_version(Cli *cli)
{
        _cleanup_free_ char *version = NULL;
        _cleanup_json_ Json *json = NULL;
        Client *client;

        /* Without paasd one's own version is still known. */
        if (cli_connect(cli, &client) >= 0)
                (void) client_get_string(client, "Version", &version, &cli->error);
        if (cli_has(cli, OPTION_JSON)) {
                json = js_object();
                if (!json || js_set_string(json, "paas", PAAS_VERSION) < 0 ||
                    js_set_string(json, "paasd", version) < 0)
                        return -ENOMEM;
                return cli_print_json(cli, json);
        }
        printf("paas %s\n", PAAS_VERSION);
        if (version)
                printf("paasd %s\n", version);
        else
                printf("paasd is not reachable\n");
        return CLI_OK;
}
