/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/handlers.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "basic/text.h"
#include "bus/bus.h"
#include "cli/cli.h"
#include "cli/columns.h"
#include "client/reply.h"

static int ask_one(Cli *cli, const char *app, Json *all)
{
        _cleanup_message_ sd_bus_message *m = NULL, *reply = NULL;
        _cleanup_json_ Json *deploys = NULL;
        Client *client;
        int r = cli_connect(cli, &client);
        if (r >= 0)
                r = client_app_message(client, app, "ListDeploys", &m, &cli->error);
        if (r >= 0)
                r = client_app_send(client, app, m, &reply, &cli->error);
        if (r >= 0)
                r = reply_to_json(reply, &deploys);
        for (size_t i = 0; r >= 0 && i < js_size(deploys); i++)
                r = js_add(all, js_ref(js_at(deploys, i)));
        return r;
}

/* Of the application that is named, or of all that the caller sees. */
static int ask(Cli *cli, Json *all)
{
        _cleanup_json_ Json *apps = NULL;
        const char *app;
        int r = cli_app(cli, &app);
        if (r >= 0)
                return ask_one(cli, app, all);
        if (r != -EINVAL || cli_has(cli, OPTION_APP) || cli_has(cli, OPTION_REMOTE))
                return r;
        error_clear(&cli->error);
        r = cli_ask(cli, "ListApps", &apps, NULL);
        for (size_t i = 0; r >= 0 && i < js_size(apps); i++)
                r = ask_one(cli, reply_text(js_at(apps, i), "name"), all);
        return r;
}

static void put_deploy(Columns *c, const Json *deploy)
{
        const char *state = reply_text(deploy, "state"), *waits = reply_text(deploy, "waits_for"),
                   *error = reply_text(deploy, "error");
        int64_t version = reply_number(deploy, "version");
        char since[16];
        bool waiting = *waits;

        term_format_since((uint64_t) reply_number(deploy, "created"), since);
        columns_put(c, reply_text(deploy, "id"));
        columns_put(c, reply_text(deploy, "kind"));
        columns_putf(c, "%.8s", reply_text(deploy, "commit"));
        columns_put(c, reply_text(deploy, "user"));
        columns_put(c, since);
        columns_put_style(c, streq(state, "failed") ? STYLE_BAD : STYLE_PLAIN,
                          waiting ? "waiting" : reply_text(deploy, "step"));
        if (waiting || *error)
                columns_putf(c, "%.*s", (int) strcspn(waiting ? waits : error, "\n"),
                             waiting ? waits : error);
        else if (version > 0)
                columns_putf(c, "v%" PRId64, version);
        else
                columns_put(c, "");
}

int verb_deploys(Cli *cli)
{
        _cleanup_json_ Json *all = js_array();
        int r = all ? ask(cli, all) : -ENOMEM;
        if (r < 0)
                return r;
        if (cli_has(cli, OPTION_JSON))
                return cli_print_json(cli, all);

        _cleanup_columns_ Columns c = columns_new("ID|KIND|COMMIT|USER|SINCE|STEP|");
        for (size_t i = 0; i < js_size(all); i++)
                put_deploy(&c, js_at(all, i));
        return columns_print(&c, "Nothing waits, runs or ended in the last ten minutes");
}

int verb_deploys_cancel(Cli *cli)
{
        const char *word = cli->invocation->arguments[0], *app, *path;
        _cleanup_message_ sd_bus_message *reply = NULL;
        _cleanup_free_ char *id = NULL;
        Client *client;

        int r = cli_connect(cli, &client);
        if (r >= 0 && strchr(word, '/'))
                r = text_replace(&id, word);
        else if (r >= 0 && (r = cli_app(cli, &app)) >= 0 && asprintf(&id, "%s/%s", app, word) < 0)
                r = -ENOMEM;
        if (r >= 0)
                r = client_call(client, "GetJob", &reply, &cli->error, "s", id);
        if (r >= 0)
                r = sd_bus_message_read(reply, "o", &path);
        if (r >= 0)
                r = client_object_call(client, path, BUS_JOB_INTERFACE, "Cancel", NULL, &cli->error, NULL);
        if (r < 0)
                return r;
        printf("Cancelled %s\n", id);
        return CLI_OK;
}

int verb_apps_lock(Cli *cli)
{
        const char *reason = cli_value(cli, OPTION_REASON, NULL);
        if (!reason)
                return error_set(&cli->error, -EINVAL,
                                 "Say why, for those who have to wait: --reason \"the database is moved\"");
        int r = cli_ask_app(cli, "Lock", NULL, "s", reason);
        if (r < 0)
                return r;
        printf("Locked %s: whatever would make a release waits for `paas apps:unlock --app %s`\n", cli->app,
               cli->app);
        return CLI_OK;
}

int verb_apps_unlock(Cli *cli)
{
        int r = cli_ask_app(cli, "Unlock", NULL, NULL);
        if (r < 0)
                return r;
        printf("Unlocked %s\n", cli->app);
        return CLI_OK;
}
