/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/handlers.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "cli/cli.h"
#include "cli/columns.h"
#include "client/reply.h"

/* Everything that applications have on the disk is counted, and trees of a million files are removed. */
#define PATIENCE_SECONDS 7200

static int collect(Cli *cli, Json **ret)
{
        _cleanup_message_ sd_bus_message *reply = NULL;
        Client *client;
        int r = cli_connect(cli, &client);
        if (r < 0)
                return r;
        client_set_patience(client, PATIENCE_SECONDS);
        r = client_call(client, "CollectGarbage", &reply, &cli->error, "a{sv}", 1, "dry-run", "b",
                        (int) cli_has(cli, OPTION_DRY_RUN));
        return r < 0 ? r : reply_to_json(reply, ret);
}

static void put_item(Columns *c, const Json *item)
{
        char text[16];
        term_format_bytes((uint64_t) reply_number(item, "bytes"), text);
        columns_put(c, reply_text(item, "app"));
        columns_put(c, reply_text(item, "kind"));
        columns_put(c, text);
        columns_put(c, reply_text(item, "name"));
        columns_put(c, reply_text(item, "why"));
}

static int print_sum(Cli *cli, const Json *items)
{
        bool dry = cli_has(cli, OPTION_DRY_RUN);
        uint64_t bytes = 0;
        size_t done = 0;
        char text[16];
        for (size_t i = 0; i < js_size(items); i++) {
                const Json *item = js_at(items, i);
                if (!dry && !reply_bool(item, "removed"))
                        continue;
                bytes += (uint64_t) reply_number(item, "bytes");
                done++;
        }
        term_format_bytes(bytes, text);
        if (dry && done > 0)
                printf("Would remove %zu, %s\n", done, text);
        else if (done > 0)
                printf("Removed %zu, %s\n", done, text);
        if (!dry && done < js_size(items))
                return error_set(&cli->error, -EIO, "%zu could not be removed: journalctl -u 'paas-clean-*'",
                                 js_size(items) - done);
        return CLI_OK;
}

int verb_gc(Cli *cli)
{
        _cleanup_json_ Json *items = NULL;
        int r = collect(cli, &items);
        if (r < 0)
                return r;
        if (cli_has(cli, OPTION_JSON))
                return cli_print_json(cli, items);
        _cleanup_columns_ Columns c = columns_new("APP|KIND|SIZE|NAME|WHY");
        for (size_t i = 0; i < js_size(items); i++)
                put_item(&c, js_at(items, i));
        r = columns_print(&c, "There is nothing to remove");
        return r < 0 ? r : print_sum(cli, items);
}
