/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/handlers.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "basic/strv.h"
#include "cli/cli.h"
#include "cli/columns.h"
#include "cli/settingschange.h"
#include "client/reply.h"

int verb_settings(Cli *cli)
{
        _cleanup_json_ Json *settings = NULL;
        int r = cli_ask_app(cli, "ListSettings", &settings, NULL);
        if (r < 0)
                return r;
        if (cli_has(cli, OPTION_JSON))
                return cli_print_json(cli, settings);

        _cleanup_columns_ Columns c = columns_new("SETTING|VALUE|DEFAULT|MEANING");
        for (size_t i = 0; i < js_size(settings); i++) {
                const Json *s = js_at(settings, i);
                const char *value = reply_text(s, "value"), *initial = reply_text(s, "default");
                columns_put(&c, reply_text(s, "key"));
                columns_put_style(&c, reply_bool(s, "set") ? STYLE_GOOD : STYLE_PLAIN, *value ? value : "-");
                columns_put(&c, *initial ? initial : "-");
                columns_put(&c, reply_text(s, "what"));
        }
        return columns_print(&c, NULL);
}

static int append_pairs(Cli *cli, sd_bus_message *m, char *const *pairs)
{
        int r = sd_bus_message_open_container(m, 'a', "{ss}");
        for (char *const *pair = pairs; pair && *pair; pair++) {
                const char *equals = strchr(*pair, '=');
                if (!equals)
                        return error_set(&cli->error, -EINVAL, "'%s' is not KEY=VALUE", *pair);
                _cleanup_free_ char *key = strndup(*pair, (size_t) (equals - *pair));
                if (!key)
                        return -ENOMEM;
                if (r >= 0)
                        r = sd_bus_message_append(m, "{ss}", key, equals + 1);
        }
        return r < 0 ? r : sd_bus_message_close_container(m);
}

static int append(Cli *cli, sd_bus_message *m, char *const *set, char *const *unset)
{
        int r = append_pairs(cli, m, set);
        if (r >= 0)
                r = sd_bus_message_append_strv(m, (char **) unset);
        if (r >= 0)
                r = sd_bus_message_append(m, "a{sv}", 1, "no-restart", "b",
                                          (int) cli_has(cli, OPTION_NO_RESTART));
        return r;
}

/* What was set is on record, whatever became of the processes. */
static int follow(Cli *cli, const char *path)
{
        int r = cli_follow(cli, path, NULL);
        if (r < 0)
                return error_prefix(&cli->error, r,
                                    "The settings hold, but what runs could not be replaced and goes on "
                                    "with the old ones");
        printf("%s of %s\n",
               cli->invocation->n_arguments == 1 ? "Changed the setting" : "Changed the settings", cli->app);
        return CLI_OK;
}

int settings_change(Cli *cli, char *const *set, char *const *unset)
{
        _cleanup_message_ sd_bus_message *m = NULL, *reply = NULL;
        const char *app, *path;
        int changed;
        Client *client;

        int r = cli_app(cli, &app);
        if (r >= 0)
                r = cli_connect(cli, &client);
        if (r >= 0)
                r = client_app_message(client, app, "SetSettings", &m, &cli->error);
        if (r >= 0)
                r = append(cli, m, set, unset);
        if (r >= 0)
                r = client_app_send(client, app, m, &reply, &cli->error);
        if (r >= 0)
                r = sd_bus_message_read(reply, "bo", &changed, &path);
        if (r < 0)
                return r;
        if (!changed) {
                printf("Nothing has changed in %s\n", app);
                return CLI_OK;
        }
        return follow(cli, path);
}

int verb_settings_set(Cli *cli)
{
        return settings_change(cli, cli->invocation->arguments, NULL);
}

int verb_settings_unset(Cli *cli)
{
        return settings_change(cli, NULL, cli->invocation->arguments);
}
