/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/handlers.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "basic/text.h"
#include "cli/cli.h"
#include "cli/columns.h"
#include "client/reply.h"

static void put_version(Columns *c, const Json *o, const char *key)
{
        int64_t version = reply_number(o, key);
        if (version > 0)
                columns_putf(c, "v%" PRId64, version);
        else
                columns_put_style(c, STYLE_DIM, "-");
}

int verb_apps(Cli *cli)
{
        _cleanup_json_ Json *apps = NULL;
        if (cli_has(cli, OPTION_DESTROYED))
                return verb_apps_destroyed(cli);
        int r = cli_ask(cli, "ListApps", &apps, NULL);
        if (r < 0)
                return r;
        if (cli_has(cli, OPTION_JSON))
                return cli_print_json(cli, apps);

        _cleanup_columns_ Columns c = columns_new("NAME|RELEASE|OWNER|URL");
        for (size_t i = 0; i < js_size(apps); i++) {
                const Json *app = js_at(apps, i);
                columns_put(&c, reply_text(app, "name"));
                put_version(&c, app, "version");
                columns_put(&c, reply_text(app, "owner"));
                columns_put(&c, reply_text(app, "web_url"));
        }
        return columns_print(
                &c, "There is no application that you have a role on: `paas apps:create NAME` makes one");
}

int verb_apps_create(Cli *cli)
{
        const char *name = cli->invocation->arguments[0];
        _cleanup_json_ Json *info = NULL;

        int r = cli_ask(cli, "CreateApp", NULL, "s", name);
        if (r < 0)
                return r;
        r = text_replace(&cli->app, name);
        if (r >= 0)
                r = cli_ask_app(cli, "Info", &info, NULL);
        if (r < 0)
                return r;
        if (cli_has(cli, OPTION_JSON))
                return cli_print_json(cli, info);
        printf("Created %s\n", name);
        printf("%s | %s\n", reply_text(info, "web_url"), reply_text(info, "git_url"));
        printf("git remote add paas %s\n", reply_text(info, "git_url"));
        return CLI_OK;
}

static void put_list(Columns *c, const char *name, const Json *list)
{
        for (size_t i = 0; i < js_size(list); i++) {
                const char *s = js_string_value(js_at(list, i));
                columns_put_style(c, STYLE_HEAD, i == 0 ? name : "");
                columns_put(c, s ? s : "");
        }
}

static void put_bytes(Columns *c, const char *name, const Json *info, const char *key)
{
        char text[16];
        if (!js_get(info, key))
                return;
        term_format_bytes((uint64_t) reply_number(info, key), text);
        columns_put_style(c, STYLE_HEAD, name);
        columns_put(c, text);
}

/* What it has on the disk is counted now; when that takes too long the rest is worth more than waiting. */
static int add_disk_use(Cli *cli, Json *info)
{
        static const char *const keys[] = {"slug_size", "assets_size", "cache_size", "repo_size",
                                           "layer_size"};
        _cleanup_json_ Json *use = NULL;
        int r = cli_ask_app(cli, "DiskUsage", &use, NULL);
        if (r < 0) {
                error_clear(&cli->error);
                return 0;
        }
        for (size_t i = 0; r >= 0 && i < ELEMENTSOF(keys); i++)
                r = js_set_number(info, keys[i], reply_number(use, keys[i]));
        return r;
}

int verb_apps_info(Cli *cli)
{
        static const struct {
                const char *name, *key;
        } texts[] = {
                {"Web URL", "web_url"}, {"Git URL", "git_url"}, {"Owner", "owner"},   {"Branch", "branch"},
                {"Commit", "commit"},   {"Stack", "stack"},     {"Listen", "listen"},
        };
        _cleanup_json_ Json *info = NULL;
        char created[32];

        int r = cli_ask_app(cli, "Info", &info, NULL);
        if (r >= 0)
                r = add_disk_use(cli, info);
        if (r < 0)
                return r;
        if (cli_has(cli, OPTION_JSON))
                return cli_print_json(cli, info);

        _cleanup_columns_ Columns c = {.n = 2}; /* without headings */
        columns_put_style(&c, STYLE_HEAD, "Name");
        columns_put(&c, reply_text(info, "name"));
        columns_put_style(&c, STYLE_HEAD, "Release");
        put_version(&c, info, "version");
        for (size_t i = 0; i < ELEMENTSOF(texts); i++) {
                if (!*reply_text(info, texts[i].key))
                        continue;
                columns_put_style(&c, STYLE_HEAD, texts[i].name);
                columns_put(&c, reply_text(info, texts[i].key));
        }
        if (*reply_text(info, "locked_by")) {
                char since[32];
                term_format_time((uint64_t) reply_number(info, "locked_since"), since);
                columns_put_style(&c, STYLE_HEAD, "Locked");
                columns_putf(&c, "by %s since %s: %s", reply_text(info, "locked_by"), since,
                             reply_text(info, "lock_reason"));
        }
        put_list(&c, "Domains", js_get(info, "domains"));
        put_bytes(&c, "Slug size", info, "slug_size");
        if (reply_number(info, "assets_size") > 0)
                put_bytes(&c, "Old assets", info, "assets_size");
        put_bytes(&c, "Cache size", info, "cache_size");
        put_bytes(&c, "Repo size", info, "repo_size");
        put_bytes(&c, "Written", info, "layer_size");
        term_format_time((uint64_t) reply_number(info, "created"), created);
        columns_put_style(&c, STYLE_HEAD, "Created");
        columns_put(&c, created);
        return columns_print(&c, NULL);
}

/* A person at a terminal may type the name instead of --confirm. */
static int ask_for_name(const char *app, char *line, int size)
{
        if (!isatty(STDIN_FILENO) || !isatty(STDERR_FILENO))
                return -EINVAL;
        fprintf(stderr,
                "This destroys %s: what runs is stopped, its names are taken away.\nIts name again: ", app);
        if (!fgets(line, size, stdin))
                return -EINVAL;
        line[strcspn(line, "\n")] = '\0';
        return 0;
}

int verb_apps_destroy(Cli *cli)
{
        const char *app, *confirm = cli_value(cli, OPTION_CONFIRM, NULL);
        char line[128];

        int r = cli_app(cli, &app);
        if (r < 0)
                return r;
        if (!confirm) {
                r = ask_for_name(app, line, sizeof(line));
                if (r < 0)
                        return error_set(&cli->error, r, "To destroy %s say its name again: --confirm %s",
                                         app, app);
                confirm = line;
        }
        if (!streq(confirm, app))
                return error_set(&cli->error, -EINVAL, "'%s' is not %s: nothing was destroyed", confirm,
                                 app);
        r = cli_ask(cli, "DestroyApp", NULL, "ss", app, confirm);
        if (r < 0)
                return r;
        printf("Destroyed %s; `paas apps --destroyed` says until when `paas apps:restore %s` brings it "
               "back\n",
               app, app);
        return CLI_OK;
}
