/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/handlers.h"

#include <stdio.h>

#include "basic/strv.h"
#include "cli/cli.h"
#include "cli/columns.h"
#include "client/reply.h"

int verb_domains(Cli *cli)
{
        _cleanup_json_ Json *domains = NULL;
        int r = cli_ask_app(cli, "ListDomains", &domains, NULL);
        if (r < 0)
                return r;
        if (cli_has(cli, OPTION_JSON))
                return cli_print_json(cli, domains);

        _cleanup_columns_ Columns c = columns_new("DOMAIN|KIND");
        for (size_t i = 0; i < js_size(domains); i++) {
                columns_put(&c, reply_text(js_at(domains, i), "hostname"));
                columns_put(&c, reply_text(js_at(domains, i), "kind"));
        }
        return columns_print(&c,
                             "There is no name: `paas setup --domain DOMAIN` gives every application one");
}

static int for_each(Cli *cli, const char *method, const char *done)
{
        STRV_FOREACH(domain, cli->invocation->arguments) {
                int r = cli_ask_app(cli, method, NULL, "s", *domain);
                if (r < 0)
                        return r;
                printf("%s ", done);
                term_print(*domain);
                printf("\n");
        }
        return CLI_OK;
}

int verb_domains_add(Cli *cli)
{
        return for_each(cli, "AddDomain", "Added");
}

int verb_domains_remove(Cli *cli)
{
        return for_each(cli, "RemoveDomain", "Removed");
}
