/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/handlers.h"

#include <stdio.h>

#include "cli/cli.h"
#include "cli/columns.h"
#include "client/reply.h"

int verb_keys(Cli *cli)
{
        _cleanup_json_ Json *keys = NULL;
        int r = cli_ask(cli, "ListKeys", &keys, "s", cli_value(cli, OPTION_USER, ""));
        if (r < 0)
                return r;
        if (cli_has(cli, OPTION_JSON))
                return cli_print_json(cli, keys);

        _cleanup_columns_ Columns c = columns_new("FINGERPRINT|TYPE|USER|ADDED|COMMENT");
        for (size_t i = 0; i < js_size(keys); i++) {
                const Json *key = js_at(keys, i);
                char added[32];
                term_format_time((uint64_t) reply_number(key, "added"), added);
                columns_put(&c, reply_text(key, "fingerprint"));
                columns_put(&c, reply_text(key, "type"));
                columns_put(&c, reply_text(key, "user"));
                columns_put(&c, added);
                columns_put(&c, reply_text(key, "comment"));
        }
        return columns_print(&c, "There is no key: `paas keys:add FILE` adds one");
}

int verb_keys_add(Cli *cli)
{
        const char *file = cli->invocation->n_arguments > 0 ? cli->invocation->arguments[0] : NULL;
        _cleanup_free_ char *line = NULL;
        _cleanup_json_ Json *fingerprint = NULL;

        int r = cli_read_key(cli, file, &line);
        if (r >= 0)
                r = cli_ask(cli, "AddKey", &fingerprint, "ss", cli_value(cli, OPTION_USER, ""), line);
        if (r < 0)
                return r;
        printf("Added %s\n", js_string_value(fingerprint));
        return CLI_OK;
}

int verb_keys_remove(Cli *cli)
{
        const char *fingerprint = cli->invocation->arguments[0];
        int r = cli_ask(cli, "RemoveKey", NULL, "ss", cli_value(cli, OPTION_USER, ""), fingerprint);
        if (r < 0)
                return r;
        printf("Removed %s\n", fingerprint);
        return CLI_OK;
}
