/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/handlers.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "basic/file.h"
#include "basic/strv.h"
#include "basic/text.h"
#include "cli/configchange.h"
#include "model/dotenv.h"

/* Quoting and NULs of what comes by standard input make it longer than what is in it. */
#define INPUT_MAX DOTENV_MAX_BYTES

static void wipe(char *text, size_t length)
{
        if (text)
                explicit_bzero(text, length);
        free(text);
}

/* A person types it unseen; from a pipe all of it counts but one newline at the end, which echo(1), pass(1)
 * and editors put there. */
static int read_value(Cli *cli, const char *name, char **ret, size_t *ret_length)
{
        _cleanup_free_ char *prompt = NULL;
        if (isatty(STDIN_FILENO)) {
                if (asprintf(&prompt, "Value of %s: ", name) < 0)
                        return -ENOMEM;
                const char *typed = getpass(prompt);
                *ret = typed ? strdup(typed) : NULL;
                *ret_length = *ret ? strlen(*ret) : 0;
                return *ret ? 0 : error_set(&cli->error, -EINVAL, "The value of %s cannot be read", name);
        }
        int r = fd_read_all(STDIN_FILENO, INPUT_MAX, ret, ret_length);
        if (r < 0)
                return error_set(&cli->error, r == -EFBIG ? -E2BIG : r,
                                 "The value of %s cannot be read from standard input: %s", name,
                                 r == -EFBIG ? "65536 bytes are possible at most" : strerror(-r));
        if (*ret_length > 0 && (*ret)[*ret_length - 1] == '\n')
                (*ret)[--*ret_length] = '\0';
        return 0;
}

static int set_from_input(Cli *cli, Config *c, const char *name)
{
        char *value = NULL;
        size_t length = 0;
        int r = config_name_check(name, &cli->error);
        if (r >= 0)
                r = read_value(cli, name, &value, &length);
        if (r >= 0)
                r = config_var_check(name, value, length, &cli->error);
        if (r >= 0)
                r = config_set(c, name, value);
        wipe(value, length);
        return r;
}

static int set_entry(Cli *cli, Config *c, const char *entry)
{
        const char *equals = strchr(entry, '=');
        if (!equals)
                return error_set(&cli->error, -EINVAL, "'%s' is not NAME=VALUE", entry);
        _cleanup_free_ char *name = strndup(entry, (size_t) (equals - entry));
        if (!name)
                return -ENOMEM;
        int r = config_var_check(name, equals + 1, strlen(equals + 1), &cli->error);
        return r < 0 ? r : config_set(c, name, equals + 1);
}

/* NAME=VALUE entries that are too long for a command line, or shall not stand on one. */
static int read_entries(Cli *cli, Config *c)
{
        char *input = NULL;
        size_t length = 0;

        int r = fd_read_all(STDIN_FILENO, INPUT_MAX, &input, &length);
        if (r < 0)
                return error_set(&cli->error, r, "Standard input cannot be read: %s", strerror(-r));
        for (const char *p = input; r >= 0 && p < input + length; p += strlen(p) + 1)
                r = set_entry(cli, c, p);
        if (r >= 0 && length == 0)
                r = error_set(&cli->error, -EINVAL, "There is no NAME=VALUE on standard input");
        wipe(input, length);
        return r;
}

static int read_file(Cli *cli, const char *file, Config *c)
{
        char *text = NULL;
        size_t length = 0;
        bool input = streq(file, "-");
        int r;

        if (cli->key && !input)
                return error_set(
                        &cli->error, -EINVAL,
                        "%s is not a file of this host: over ssh a file comes by standard input, as in "
                        "`ssh paas@host config:set --file - < .env`",
                        file);
        r = input ? fd_read_all(STDIN_FILENO, DOTENV_MAX_BYTES, &text, &length)
                  : file_read(file, DOTENV_MAX_BYTES, &text, &length);
        if (r == -EFBIG)
                r = error_set(&cli->error, -E2BIG, "%s is too large: %d bytes are possible at most", file,
                              DOTENV_MAX_BYTES);
        else if (r < 0)
                r = error_set(&cli->error, r == -ENOENT ? -EINVAL : r, "%s cannot be read: %s", file,
                              strerror(-r));
        else
                r = dotenv_parse(text, length, input ? "standard input" : file, c, &cli->error);
        wipe(text, length);
        return r;
}

/* How many times standard input is asked for: it is there once. */
static size_t inputs(const Cli *cli)
{
        size_t n = streq(cli_value(cli, OPTION_FILE, ""), "-");
        STRV_FOREACH(word, cli->invocation->arguments)
                n += streq(*word, "-") || (strchr(*word, '=') && streq(strchr(*word, '='), "=-"));
        return n;
}

static int gather(Cli *cli, Config *c)
{
        const char *file = cli_value(cli, OPTION_FILE, NULL);
        if (!file && cli->invocation->n_arguments == 0)
                return error_set(&cli->error, -EINVAL,
                                 "What is to be set? NAME=VALUE, NAME=- for standard input, or --file FILE");
        if (inputs(cli) > 1)
                return error_set(&cli->error, -EINVAL, "Standard input can be only one of what is set");

        int r = file ? read_file(cli, file, c) : 0;
        STRV_FOREACH(word, cli->invocation->arguments) {
                const char *equals = strchr(*word, '=');
                if (r < 0)
                        break;
                if (streq(*word, "-")) {
                        r = read_entries(cli, c);
                } else if (equals && streq(equals, "=-")) {
                        _cleanup_free_ char *name = strndup(*word, (size_t) (equals - *word));
                        r = name ? set_from_input(cli, c, name) : -ENOMEM;
                } else
                        r = set_entry(cli, c, *word);
        }
        return r;
}

int verb_config_set(Cli *cli)
{
        bool replace = cli_has(cli, OPTION_REPLACE), dry = cli_has(cli, OPTION_DRY_RUN);
        _cleanup_config_ Config now = CONFIG_NULL, want = CONFIG_NULL;
        _cleanup_config_plan_ ConfigPlan plan = CONFIG_PLAN_NULL;

        if (replace && !cli_has(cli, OPTION_FILE))
                return error_set(&cli->error, -EINVAL,
                                 "--replace goes with --file: what it does not name is removed");
        int r = gather(cli, &want);
        if (r < 0)
                return r;
        if (!replace && !dry) {
                plan.set = want;
                want = CONFIG_NULL;
                return config_plan_carry_out(cli, &plan);
        }
        r = config_read(cli, &now);
        if (r >= 0)
                r = config_plan(&now, &want, !replace, &plan);
        if (r < 0)
                return r;
        if (config_plan_is_empty(&plan)) {
                printf("Nothing %s in %s\n", dry ? "would change" : "has changed", cli->app);
                return CLI_OK;
        }
        if (!dry)
                return config_plan_carry_out(cli, &plan);
        config_plan_show(&plan, stdout);
        return CLI_OK;
}

int verb_config_unset(Cli *cli)
{
        _cleanup_config_plan_ ConfigPlan plan = CONFIG_PLAN_NULL;
        STRV_FOREACH(name, cli->invocation->arguments) {
                int r = strv_append(&plan.unset, *name);
                if (r < 0)
                        return r;
        }
        return config_plan_carry_out(cli, &plan);
}
