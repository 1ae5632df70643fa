/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/handlers.h"

#include <stdio.h>

#include "cli/cli.h"
#include "client/reply.h"

/* Prints only: there is no browser on a server, and the laptop's shell knows its own. */
int verb_open(Cli *cli)
{
        _cleanup_json_ Json *info = NULL;
        int r = cli_ask_app(cli, "Info", &info, NULL);
        if (r < 0)
                return r;
        printf("%s\n", reply_text(info, "web_url"));
        return CLI_OK;
}
