/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/handlers.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "basic/buffer.h"
#include "basic/file.h"
#include "basic/strv.h"
#include "basic/text.h"
#include "cli/cli.h"
#include "cli/columns.h"
#include "client/foreign.h"
#include "client/reply.h"
#include "model/config.h"

/* Quoting and NULs of what comes by standard input make it longer than what is in it. */
#define INPUT_MAX (2 * CONFIG_TOTAL_MAX)

/* In single quotes a shell leaves everything alone but the quote itself. */
static void put_quoted(Buffer *b, const char *value)
{
        buffer_puts(b, "'");
        for (const char *p = value; *p; p++) {
                if (*p == '\'')
                        buffer_puts(b, "'\\''");
                else
                        buffer_append(b, p, 1);
        }
        buffer_puts(b, "'");
}

/* Exactly for programs; for a terminal harmless, but with its lines. */
static void print_value(const char *value)
{
        if (!term_is_terminal()) {
                puts(value);
                return;
        }
        for (const char *p = value;;) {
                size_t n = strcspn(p, "\n");
                _cleanup_buffer_ Buffer b = BUFFER_NULL;
                foreign_append(&b, p, n);
                puts(b.data ? b.data : "");
                if (!p[n])
                        return;
                p += n + 1;
        }
}

static int print_shell(Cli *cli, const Json *config)
{
        _cleanup_buffer_ Buffer b = BUFFER_NULL;
        _cleanup_free_ char *text = NULL;
        const char *name;
        const Json *value;

        for (void *iter = NULL; js_next(config, &iter, &name, &value);) {
                buffer_printf(&b, "%s=", name);
                put_quoted(&b, js_string_value(value));
                buffer_puts(&b, "\n");
        }
        int r = buffer_finish(&b, &text, NULL);
        if (r < 0)
                return error_set(&cli->error, r, "Out of memory");
        text[strlen(text) - (*text ? 1 : 0)] = '\0';
        if (*text)
                print_value(text);
        return CLI_OK;
}

int verb_config(Cli *cli)
{
        _cleanup_json_ Json *config = NULL;
        const char *name;
        const Json *value;

        int r = cli_ask_app(cli, "GetConfig", &config, NULL);
        if (r < 0)
                return r;
        if (cli_has(cli, OPTION_JSON))
                return cli_print_json(cli, config);
        if (cli_has(cli, OPTION_SHELL))
                return print_shell(cli, config);

        _cleanup_columns_ Columns c = {.n = 2};
        for (void *iter = NULL; js_next(config, &iter, &name, &value);) {
                _cleanup_free_ char *label = NULL;
                if (asprintf(&label, "%s:", name) < 0)
                        return -ENOMEM;
                columns_put_style(&c, STYLE_HEAD, label);
                columns_put(&c, js_string_value(value));
        }
        return columns_print(&c, "No config vars are set: `paas config:set NAME=VALUE` sets one");
}

int verb_config_get(Cli *cli)
{
        const char *name = cli->invocation->arguments[0], *value;
        _cleanup_json_ Json *config = NULL;

        int r = cli_ask_app(cli, "GetConfig", &config, NULL);
        if (r < 0)
                return r;
        if (js_get_string(config, name, &value) < 0)
                return error_set(&cli->error, -ENOENT, "%s is not set for %s", name, cli->app);
        if (cli_has(cli, OPTION_JSON))
                return cli_print_json(cli, js_get(config, name));
        print_value(value);
        return CLI_OK;
}

/* NAME=VALUE entries that are too long for a command line, or shall not stand on one. */
static int read_entries(Cli *cli, char ***ret)
{
        _cleanup_free_ char *input = NULL;
        _cleanup_strv_ char **entries = NULL;
        size_t length;

        int r = fd_read_all(STDIN_FILENO, INPUT_MAX, &input, &length);
        if (r < 0)
                return error_set(&cli->error, r, "Standard input cannot be read: %s", strerror(-r));
        for (const char *p = input; p < input + length; p += strlen(p) + 1) {
                r = strv_append(&entries, p);
                if (r < 0)
                        return r;
        }
        if (!entries)
                return error_set(&cli->error, -EINVAL, "There is no NAME=VALUE on standard input");
        *ret = TAKE_PTR(entries);
        return 0;
}

static int append_entry(Cli *cli, sd_bus_message *m, const char *entry)
{
        const char *equals = strchr(entry, '=');
        if (!equals)
                return error_set(&cli->error, -EINVAL, "'%s' is not NAME=VALUE", entry);
        _cleanup_free_ char *name = strndup(entry, (size_t) (equals - entry));
        if (!name)
                return -ENOMEM;
        int r = config_var_check(name, equals + 1, strlen(equals + 1), &cli->error);
        return r < 0 ? r : sd_bus_message_append(m, "{ss}", name, equals + 1);
}

/* SetConfig, and the release that it makes. */
static int change(Cli *cli, char *const *set, char *const *unset, uint64_t *ret_version)
{
        _cleanup_message_ sd_bus_message *m = NULL, *reply = NULL;
        _cleanup_job_ Job job = JOB_NULL;
        const char *app, *path;
        char *nothing = NULL;
        Client *client;

        int r = cli_app(cli, &app);
        if (r >= 0)
                r = cli_connect(cli, &client);
        if (r >= 0)
                r = client_app_message(client, app, "SetConfig", &m, &cli->error);
        if (r >= 0)
                r = sd_bus_message_open_container(m, 'a', "{ss}");
        for (; r >= 0 && set && *set; set++)
                r = append_entry(cli, m, *set);
        if (r >= 0)
                r = sd_bus_message_close_container(m);
        if (r >= 0)
                r = sd_bus_message_append_strv(m, unset ? (char **) unset : &nothing);
        if (r >= 0)
                r = sd_bus_message_append(m, "a{sv}", 0);
        if (r >= 0)
                r = client_app_send(client, app, m, &reply, &cli->error);
        if (r >= 0)
                r = sd_bus_message_read(reply, "o", &path);
        if (r >= 0)
                r = cli_follow(cli, path, &job);
        *ret_version = job.version;
        return r;
}

static int tell(Cli *cli, int changed, const char *what, char *const *names, uint64_t version)
{
        if (changed > 0) {
                printf("Nothing has changed in %s\n", cli->app);
                return CLI_OK;
        }
        printf("%s", what);
        for (size_t i = 0; names[i]; i++)
                printf("%s %.*s", i > 0 ? "," : "", (int) strcspn(names[i], "="), names[i]);
        printf(" of %s", cli->app);
        if (version > 0)
                printf(": released v%" PRIu64, version);
        printf("\n");
        return CLI_OK;
}

int verb_config_set(Cli *cli)
{
        _cleanup_strv_ char **input = NULL;
        char **entries = cli->invocation->arguments;
        uint64_t version = 0;
        int r = 0;

        if (cli->invocation->n_arguments == 1 && streq(entries[0], "-")) {
                r = read_entries(cli, &input);
                entries = input;
        }
        if (r >= 0)
                r = change(cli, entries, NULL, &version);
        return r < 0 ? r : tell(cli, r, "Set", entries, version);
}

int verb_config_unset(Cli *cli)
{
        uint64_t version = 0;
        int r = change(cli, NULL, cli->invocation->arguments, &version);
        return r < 0 ? r : tell(cli, r, "Removed", cli->invocation->arguments, version);
}
