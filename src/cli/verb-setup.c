/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/handlers.h"

#include <errno.h>
#include <stdio.h>

#include "bus/bus.h"
#include "cli/cli.h"
#include "cli/dnscheck.h"
#include "cli/term.h"
#include "client/reply.h"

static void print_checks(const Json *checks)
{
        for (size_t i = 0; i < js_size(checks); i++) {
                const Json *check = js_at(checks, i);
                Style style = reply_bool(check, "ok") ? STYLE_GOOD : STYLE_BAD;
                printf("%s%s%s %s: ", term_begin(style), reply_bool(check, "ok") ? "ok" : "!!",
                       term_end(style), reply_text(check, "name"));
                term_print(reply_text(check, "text"));
                printf("\n");
        }
}

/* Added to what paasd has found out. */
static int add_dns_check(Cli *cli, Json *checks)
{
        _cleanup_free_ char *domain = NULL, *text = NULL;
        bool ok;
        int r = client_get_string(cli->client, "BaseDomain", &domain, &cli->error);
        if (r < 0 || !domain[0])
                return r;
        text = dns_check_wildcard(domain, &ok);
        Json *check = js_object();
        r = js_set_string(check, "name", "dns");
        if (r >= 0)
                r = js_set_bool(check, "ok", ok);
        if (r >= 0)
                r = js_set_string(check, "text", text ? text : "");
        if (r < 0) {
                js_free(check);
                return r;
        }
        return js_add(checks, check);
}

/* The way from here to an answer, on the developer's own machine. */
static void print_first_push(Cli *cli)
{
        _cleanup_error_ Error e = ERROR_NULL;
        _cleanup_free_ char *host = NULL;

        if (client_get_string(cli->client, "BaseDomain", &host, &e) < 0)
                return;
        printf("\nThe first push, on a machine that has the key, in a git repository with an application:\n"
               "    ssh paas@%s apps:create blog\n"
               "    git remote add paas paas@%s:blog\n"
               "    git push paas main\n",
               host, host);
}

static int set_up(Cli *cli, sd_bus_message **ret_reply)
{
        static const struct {
                Option option;
                const char *name;
        } texts[] = {{OPTION_DOMAIN, "domain"}, {OPTION_ADMIN_NAME, "admin"}, {OPTION_EMAIL, "email"}};
        _cleanup_message_ sd_bus_message *m = NULL;
        _cleanup_free_ char *key = NULL;
        int r = 0;

        if (cli_has(cli, OPTION_KEY))
                r = cli_read_key(cli, cli_value(cli, OPTION_KEY, NULL), &key);
        if (r >= 0)
                r = client_message(cli->client, BUS_PATH, BUS_MANAGER_INTERFACE, "Setup", &m, &cli->error);
        if (r >= 0)
                r = sd_bus_message_open_container(m, 'a', "{sv}");
        for (size_t i = 0; r >= 0 && i < ELEMENTSOF(texts); i++)
                if (cli_has(cli, texts[i].option))
                        r = sd_bus_message_append(m, "{sv}", texts[i].name, "s",
                                                  cli_value(cli, texts[i].option, ""));
        if (r >= 0 && key)
                r = sd_bus_message_append(m, "{sv}", "key", "s", key);
        if (r >= 0)
                r = sd_bus_message_close_container(m);
        return r < 0 ? r : client_send(cli->client, m, ret_reply, &cli->error);
}

int verb_setup(Cli *cli)
{
        bool changes = cli_has(cli, OPTION_DOMAIN) || cli_has(cli, OPTION_ADMIN_NAME) ||
                       cli_has(cli, OPTION_KEY) || cli_has(cli, OPTION_EMAIL);
        _cleanup_message_ sd_bus_message *reply = NULL;
        _cleanup_json_ Json *checks = NULL;
        Client *client;

        if ((cli_has(cli, OPTION_KEY) || cli_has(cli, OPTION_EMAIL)) && !cli_has(cli, OPTION_ADMIN_NAME))
                return error_set(&cli->error, -EINVAL, "Whose is it? Add --admin USER");
        int r = cli_connect(cli, &client);
        if (r >= 0)
                r = changes ? set_up(cli, &reply) : client_call(client, "Check", &reply, &cli->error, NULL);
        if (r >= 0)
                r = reply_to_json(reply, &checks);
        if (r >= 0)
                r = add_dns_check(cli, checks);
        if (r < 0)
                return r;
        if (cli_has(cli, OPTION_JSON))
                return cli_print_json(cli, checks);
        print_checks(checks);
        if (changes)
                print_first_push(cli);
        return CLI_OK;
}
