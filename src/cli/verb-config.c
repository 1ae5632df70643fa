/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/handlers.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "basic/buffer.h"
#include "basic/text.h"
#include "cli/cli.h"
#include "cli/columns.h"
#include "cli/configchange.h"
#include "client/foreign.h"
#include "client/reply.h"
#include "model/dotenv.h"

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

static int print_env(Cli *cli, const Json *json)
{
        _cleanup_config_ Config c = CONFIG_NULL;
        _cleanup_free_ char *text = NULL;
        int r = config_of_json(json, &c);
        if (r >= 0)
                r = dotenv_format(&c, &text);
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
        if (cli_has(cli, OPTION_ENV))
                return print_env(cli, config);

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
        char *const names[] = {cli->invocation->arguments[0], NULL};
        const char *value;
        _cleanup_json_ Json *config = NULL;

        int r = cli_ask_app(cli, "GetConfigVars", &config, "as", 1, names[0]);
        if (r < 0)
                return r;
        if (js_get_string(config, names[0], &value) < 0)
                return error_set(&cli->error, -ENOENT, "%s is not set for %s", names[0], cli->app);
        if (cli_has(cli, OPTION_JSON))
                return cli_print_json(cli, js_get(config, names[0]));
        print_value(value);
        return CLI_OK;
}

static int read_version(Cli *cli, const char *word, uint64_t *ret)
{
        int r = text_parse_uint(*word == 'v' ? word + 1 : word, INT64_MAX, ret);
        if (r < 0 || *ret == 0)
                return error_set(&cli->error, -EINVAL, "'%s' is no release: they are called v1, v2, …",
                                 word);
        return 0;
}

static void put_side(Columns *c, const char *sign, Style style, const char *name, const Json *value)
{
        const char *s = js_string_value(value);
        columns_put_style(c, style, sign);
        columns_put_style(c, style, name);
        columns_put(c, s ? s : "");
}

/* A line for each side, "-" and "+"; names alone have one. */
static void put_change(Columns *c, const Json *change)
{
        const char *name = reply_text(change, "name"), *what = reply_text(change, "change");
        const Json *from = js_get(change, "from"), *to = js_get(change, "to");
        if (from)
                put_side(c, "-", STYLE_BAD, name, from);
        if (to)
                put_side(c, "+", STYLE_GOOD, name, to);
        if (!from && !to) {
                columns_put(c, streq(what, "added") ? "+" : streq(what, "removed") ? "-" : "~");
                columns_put(c, name);
                columns_put(c, what);
        }
}

int verb_config_diff(Cli *cli)
{
        char **words = cli->invocation->arguments;
        _cleanup_json_ Json *changes = NULL;
        uint64_t from, to = 0;

        int r = read_version(cli, words[0], &from);
        if (r >= 0 && cli->invocation->n_arguments > 1)
                r = read_version(cli, words[1], &to);
        if (r >= 0)
                r = cli_ask_app(cli, "DiffConfig", &changes, "ttb", from, to, !cli_has(cli, OPTION_NAMES));
        if (r < 0)
                return r;
        if (cli_has(cli, OPTION_JSON))
                return cli_print_json(cli, changes);

        _cleanup_columns_ Columns c = {.n = 3};
        for (size_t i = 0; i < js_size(changes); i++)
                put_change(&c, js_at(changes, i));
        return columns_print(&c, "Their config vars are the same");
}
