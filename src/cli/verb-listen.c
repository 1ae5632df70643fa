/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* ps:listen: the setting web.listen, under the name that belongs to processes. */

#include "cli/handlers.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "basic/text.h"
#include "cli/cli.h"
#include "cli/columns.h"
#include "cli/settingschange.h"
#include "client/reply.h"

static const char *find_set(const Json *settings)
{
        for (size_t i = 0; i < js_size(settings); i++)
                if (streq(reply_text(js_at(settings, i), "key"), "web.listen"))
                        return reply_text(js_at(settings, i), "value");
        return "auto"; /* nothing is deployed, and nothing is set */
}

static int show(Cli *cli)
{
        _cleanup_json_ Json *info = NULL, *settings = NULL, *row = js_object();
        int r = cli_ask_app(cli, "Info", &info, NULL);
        if (r >= 0)
                r = cli_ask_app(cli, "ListSettings", &settings, NULL);
        if (r < 0)
                return r;
        if (cli_has(cli, OPTION_JSON)) {
                _cleanup_json_ Json *list = js_array();
                r = row && list ? js_set_string(row, "type", "web") : -ENOMEM;
                if (r >= 0)
                        r = js_set_string(row, "listen", reply_text(info, "listen"));
                if (r >= 0)
                        r = js_set_string(row, "set", find_set(settings));
                if (r >= 0)
                        r = js_add(list, TAKE_PTR(row));
                return r < 0 ? r : cli_print_json(cli, list);
        }
        _cleanup_columns_ Columns c = columns_new("PROCESS|LISTEN|SET");
        columns_put(&c, "web");
        columns_put(&c, reply_text(info, "listen"));
        columns_put(&c, find_set(settings));
        return columns_print(&c, NULL);
}

int verb_ps_listen(Cli *cli)
{
        if (cli->invocation->n_arguments == 0)
                return show(cli);
        const char *argument = cli->invocation->arguments[0], *equals = strchr(argument, '=');
        if (!equals || equals == argument)
                return error_set(&cli->error, -EINVAL, "'%s' is not web=KIND: port, socket, proxy or auto",
                                 argument);
        _cleanup_free_ char *pair = NULL;
        if (asprintf(&pair, "%.*s.listen=%s", (int) (equals - argument), argument, equals + 1) < 0)
                return -ENOMEM;
        char *const set[] = {pair, NULL};
        return settings_change(cli, set, NULL);
}
