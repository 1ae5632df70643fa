/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/handlers.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "basic/strv.h"
#include "cli/cli.h"
#include "client/reply.h"

/* As arguments that could be given again. */
static int print_formation(Cli *cli)
{
        _cleanup_json_ Json *formation = NULL;
        int r = cli_ask_app(cli, "Formation", &formation, NULL);
        if (r < 0)
                return r;
        if (cli_has(cli, OPTION_JSON))
                return cli_print_json(cli, formation);
        for (size_t i = 0; i < js_size(formation); i++) {
                const Json *f = js_at(formation, i);
                printf("%s%s=%" PRId64 ":%s", i > 0 ? " " : "", reply_text(f, "type"),
                       reply_number(f, "quantity"), reply_text(f, "size"));
        }
        printf("%s\n",
               js_size(formation) == 0 ? "There is no process type yet: `git push` brings a Procfile" : "");
        return CLI_OK;
}

/* Follows the job whose path is the answer, then says that it is done. */
static int follow_answer(Cli *cli, const Json *answer, const char *done)
{
        int r = cli_follow(cli, js_string_value(answer), NULL);
        if (r >= 0)
                printf("%s%s\n", r > 0 ? "Nothing to do: " : "", done);
        return r < 0 ? r : CLI_OK;
}

static int ask_with_list(Cli *cli, const char *method, char **list, Json **ret)
{
        _cleanup_message_ sd_bus_message *m = NULL, *reply = NULL;
        const char *app;
        Client *client;

        int r = cli_app(cli, &app);
        if (r >= 0)
                r = cli_connect(cli, &client);
        if (r >= 0)
                r = client_app_message(client, app, method, &m, &cli->error);
        if (r >= 0)
                r = sd_bus_message_append_strv(m, list);
        if (r >= 0)
                r = client_app_send(client, app, m, &reply, &cli->error);
        return r < 0 ? r : reply_to_json(reply, ret);
}

/* web+1: what that comes to is not in the words. */
static bool is_relative(char **words)
{
        for (; *words; words++)
                if (!strchr(*words, '='))
                        return true;
        return false;
}

int verb_ps_scale(Cli *cli)
{
        _cleanup_json_ Json *path = NULL;
        _cleanup_free_ char *wish = NULL, *done = NULL;

        if (cli->invocation->n_arguments == 0)
                return print_formation(cli);
        int r = ask_with_list(cli, "Scale", cli->invocation->arguments, &path);
        if (r < 0)
                return r;
        wish = strv_join(cli->invocation->arguments, " ");
        if (!wish || asprintf(&done, "Scaled %s: %s", cli->app, wish) < 0)
                return -ENOMEM;
        r = follow_answer(cli, path, done);
        return r < 0 || !is_relative(cli->invocation->arguments) ? r : print_formation(cli);
}

static int act(Cli *cli, const char *method, const char *word)
{
        const char *what = cli->invocation->n_arguments > 0 ? cli->invocation->arguments[0] : "";
        _cleanup_json_ Json *path = NULL;
        _cleanup_free_ char *done = NULL;

        int r = cli_ask_app(cli, method, &path, "s", what);
        if (r < 0)
                return r;
        if (asprintf(&done, "%s %s%s%s", word, *what ? what : cli->app, *what ? " of " : "",
                     *what ? cli->app : "") < 0)
                return -ENOMEM;
        return follow_answer(cli, path, done);
}

int verb_ps_restart(Cli *cli)
{
        return act(cli, "Restart", "Restarted");
}

int verb_ps_stop(Cli *cli)
{
        return act(cli, "Stop", "Stopped");
}
