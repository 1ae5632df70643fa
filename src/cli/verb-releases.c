/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/handlers.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "basic/text.h"
#include "cli/cli.h"
#include "cli/columns.h"
#include "client/reply.h"

#define NUMBER_DEFAULT 15

static void put_status(Columns *c, const Json *release)
{
        const char *status = reply_text(release, "status"), *reason = reply_text(release, "reason");
        if (reply_bool(release, "crashed")) /* was current, and did not stay up */
                columns_put_style(c, STYLE_BAD, reply_bool(release, "current") ? "current, bad" : "bad");
        else if (reply_bool(release, "current"))
                columns_put_style(c, STYLE_GOOD, "current");
        else if (streq(status, "failed") && text_after(reason, "the release command"))
                columns_put_style(c, STYLE_BAD, "release command failed");
        else if (streq(status, "failed") && text_after(reason, "cancelled by "))
                columns_put_style(c, STYLE_DIM, "cancelled");
        else if (streq(status, "recorded")) /* for the next one */
                columns_put_style(c, STYLE_DIM, status);
        else if (!streq(status, "succeeded"))
                columns_put_style(c, STYLE_BAD, status);
        else
                columns_put(c, *reply_text(release, "wall") ? "no rollback" : "");
}

int verb_releases(Cli *cli)
{
        const char *n = cli_value(cli, OPTION_NUMBER, NULL);
        _cleanup_json_ Json *releases = NULL;
        uint64_t number = NUMBER_DEFAULT;

        if (n && text_parse_uint(n, UINT32_MAX, &number) < 0)
                return error_set(&cli->error, -EINVAL, "'%s' is no number of releases", n);
        int r = cli_ask_app(cli, "ListReleases", &releases, "u", (uint32_t) number);
        if (r < 0)
                return r;
        if (cli_has(cli, OPTION_JSON))
                return cli_print_json(cli, releases);

        _cleanup_columns_ Columns c = columns_new("VERSION|STATUS|CREATED|USER|DESCRIPTION");
        for (size_t i = 0; i < js_size(releases); i++) {
                const Json *release = js_at(releases, i);
                char created[32];
                term_format_time((uint64_t) reply_number(release, "created"), created);
                columns_putf(&c, "v%" PRId64, reply_number(release, "version"));
                put_status(&c, release);
                columns_put(&c, created);
                columns_put(&c, reply_text(release, "user"));
                columns_put(&c, reply_text(release, "description"));
        }
        return columns_print(&c, "There is no release yet: `git push` makes the first one");
}

static void put_row(Columns *c, const char *name, const char *text)
{
        if (!*text)
                return;
        columns_put_style(c, STYLE_HEAD, name);
        columns_put(c, text);
}

static void put_names(Columns *c, const char *name, const Json *list)
{
        for (size_t i = 0; i < js_size(list); i++) {
                const char *s = js_string_value(js_at(list, i));
                columns_put_style(c, STYLE_HEAD, i == 0 ? name : "");
                columns_put(c, s ? s : "");
        }
}

static void put_processes(Columns *c, const Json *processes)
{
        const char *type, *heading = "Processes";
        const Json *command;

        for (void *iter = NULL; processes && js_next(processes, &iter, &type, &command); heading = "") {
                const char *s = js_string_value(command);
                columns_put_style(c, STYLE_HEAD, heading);
                columns_putf(c, "%s: %s", type, s ? s : "");
        }
}

static const char *rollback_state(const Json *release)
{
        if (reply_bool(release, "eligible_for_rollback"))
                return "possible";
        if (reply_bool(release, "current"))
                return "not possible: it is current";
        if (!streq(reply_text(release, "status"), "succeeded"))
                return "not possible: it never was current";
        return *reply_text(release, "slug") ? "not possible: its slug was cleaned up"
                                            : "not possible: it has no code";
}

static int print_release(const Json *release)
{
        _cleanup_columns_ Columns c = {.n = 2};
        const char *status = reply_text(release, "status");
        char created[32];

        term_format_time((uint64_t) reply_number(release, "created"), created);
        columns_put_style(&c, STYLE_HEAD, "Release");
        columns_putf(&c, "v%" PRId64 "%s", reply_number(release, "version"),
                     reply_bool(release, "current") ? " (current)" : "");
        put_row(&c, "Status", reply_bool(release, "crashed") ? "bad" : status);
        put_row(&c, "Reason", reply_text(release, "reason"));
        put_row(&c, "Description", reply_text(release, "description"));
        put_row(&c, "By", reply_text(release, "user"));
        put_row(&c, "Created", created);
        put_row(&c, "Commit", reply_text(release, "commit"));
        put_row(&c, "Slug", reply_text(release, "slug"));
        put_row(&c, "Stack", reply_text(release, "stack"));
        put_row(&c, "Rollback", rollback_state(release));
        put_row(&c, "Not back across", reply_text(release, "wall"));
        put_processes(&c, js_get(release, "processes"));
        put_names(&c, "Config vars", js_get(release, "config_keys"));
        put_names(&c, "Versions", js_get(release, "versions"));
        return columns_print(&c, NULL);
}

int verb_releases_info(Cli *cli)
{
        _cleanup_json_ Json *release = NULL;
        uint64_t version;

        int r = cli_release(cli, &version);
        if (r >= 0)
                r = cli_ask_app(cli, "GetRelease", &release, "t", version);
        if (r < 0)
                return r;
        return cli_has(cli, OPTION_JSON) ? cli_print_json(cli, release) : print_release(release);
}

int verb_releases_watch(Cli *cli)
{
        const char *app;
        uint64_t version;

        int r = cli_release(cli, &version);
        if (r >= 0)
                r = cli_app(cli, &app);
        if (r >= 0)
                r = cli_watch(cli, app, version);
        return r < 0 ? r : CLI_OK;
}
