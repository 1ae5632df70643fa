/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/handlers.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "basic/file.h"
#include "basic/strv.h"
#include "basic/text.h"
#include "cli/cli.h"
#include "cli/columns.h"
#include "client/reply.h"

#define COMMITS_BYTES_MAX (4 * 1024 * 1024)

/* Asks the application's method with the list of --to. */
static int ask_targets(Cli *cli, const char *method, bool with_options, Json **ret)
{
        _cleanup_message_ sd_bus_message *m = NULL, *reply = NULL;
        _cleanup_strv_ char **targets = NULL;
        char *nothing = NULL;
        const char *app;
        Client *client;

        int r = cli_app(cli, &app);
        if (r >= 0)
                r = strv_split(cli_value(cli, OPTION_TO, ""), ", ", &targets);
        if (r >= 0)
                r = cli_connect(cli, &client);
        if (r >= 0)
                r = client_app_message(client, app, method, &m, &cli->error);
        if (r >= 0)
                r = sd_bus_message_append_strv(m, targets ? targets : &nothing);
        if (r >= 0 && with_options)
                r = sd_bus_message_append(m, "a{sv}", 0);
        if (r >= 0)
                r = client_app_send(client, app, m, &reply, &cli->error);
        return r < 0 ? r : reply_to_json(reply, ret);
}

/* 0, or how it failed, which has been said. */
static int follow_one(Cli *cli, const char *app, const char *path)
{
        _cleanup_job_ Job job = JOB_NULL;
        int r = cli_follow(cli, path, &job);
        if (r > 0)
                printf("%s runs it already\n", app);
        else if (r == 0)
                printf("Promoted %s to %s: v%" PRIu64 "\n", cli->app, app, job.version);
        else
                fprintf(stderr, " !     %s: %s\n", app, error_text(&cli->error, r));
        fflush(stdout);
        error_clear(&cli->error);
        return r < 0 ? r : 0;
}

int verb_pipelines_promote(Cli *cli)
{
        _cleanup_json_ Json *jobs = NULL;
        size_t failed = 0;
        int r = ask_targets(cli, "Promote", true, &jobs);
        if (r < 0)
                return r;
        for (size_t i = 0; i < js_size(jobs); i++) {
                const Json *job = js_at(jobs, i);
                const char *app = reply_text(job, "app"), *path = reply_text(job, "job");
                if (js_size(jobs) > 1)
                        fprintf(stderr, "=== %s\n", app);
                if (follow_one(cli, app, path) < 0)
                        failed++;
        }
        if (failed == 0)
                return CLI_OK;
        return error_set(&cli->error, -EIO, "%zu of %zu promotion%s of %s failed", failed, js_size(jobs),
                         js_size(jobs) == 1 ? "" : "s", cli->app);
}

/* "<1a2b…\tSubject": one of the lines that paas-source prints. */
static int parse_commit(const char *line, Json **ret)
{
        const char *tab = strchr(line, '\t');
        if ((*line != '<' && *line != '>') || !tab)
                return -EBADMSG;
        _cleanup_free_ char *id = strndup(line + 1, (size_t) (tab - line - 1));
        _cleanup_json_ Json *commit = js_object();
        int r = id && commit ? js_set_string(commit, "side", *line == '<' ? "source" : "target") : -ENOMEM;
        if (r >= 0)
                r = js_set_string(commit, "id", id);
        /* git re-encodes what it can; a subject that is no text all the same is left out. */
        Json *subject = js_string(tab + 1);
        if (r >= 0)
                r = js_set(commit, "subject", subject ? subject : js_string(""));
        else
                js_free(subject);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(commit);
        return 0;
}

/* An empty list where the same commit runs. */
static int read_commits(Cli *cli, const Json *difference, Json **ret)
{
        _cleanup_message_ sd_bus_message *reply = NULL;
        _cleanup_json_ Json *commits = js_array();
        _cleanup_strv_ char **lines = NULL;
        _cleanup_free_ char *text = NULL;
        const char *target = reply_text(difference, "app");
        Client *client;
        int fd, r = commits ? 0 : -ENOMEM;
        if (r >= 0 && streq(reply_text(difference, "commit"), reply_text(difference, "source_commit"))) {
                *ret = TAKE_PTR(commits);
                return 0;
        }
        if (r >= 0)
                r = cli_connect(cli, &client);
        if (r >= 0)
                r = client_app_call(client, cli->app, "OpenComparison", &reply, &cli->error, "s", target);
        if (r >= 0)
                r = sd_bus_message_read(reply, "h", &fd);
        if (r >= 0)
                r = fd_read_all(fd, COMMITS_BYTES_MAX, &text, NULL);
        if (r >= 0)
                r = strv_split(text, "\n", &lines);
        size_t n = strv_length(lines);
        if (r >= 0 && (n == 0 || !streq(lines[n - 1], "end")))
                return error_set(&cli->error, -EIO,
                                 "The commits of %s and %s cannot be compared (journalctl -u "
                                 "'paas-source-compare-*' says why)",
                                 cli->app, target);
        for (size_t i = 0; r >= 0 && i + 1 < n; i++) {
                Json *commit = NULL;
                r = parse_commit(lines[i], &commit);
                if (r >= 0)
                        r = js_add(commits, commit);
        }
        if (r < 0)
                return r;
        *ret = TAKE_PTR(commits);
        return 0;
}

static void print_names(const char *what, const Json *names)
{
        for (size_t i = 0; i < js_size(names); i++)
                printf("%s %s", i == 0 ? what : ",", js_string_value(js_at(names, i)));
        if (js_size(names) > 0)
                printf("\n");
}

static int print_difference(Cli *cli, const Json *difference, const Json *commits)
{
        _cleanup_columns_ Columns c = {.n = 3};
        _cleanup_free_ char *only_here = NULL, *only_there = NULL;
        const char *target = reply_text(difference, "app");
        if (asprintf(&only_here, "Config vars that only %s has:", cli->app) < 0 ||
            asprintf(&only_there, "Config vars that only %s has:", target) < 0)
                return -ENOMEM;

        printf("=== %s to %s\n", cli->app, target);
        for (size_t i = 0; i < js_size(commits); i++) {
                const Json *commit = js_at(commits, i);
                bool here = streq(reply_text(commit, "side"), "source");
                columns_put_style(&c, here ? STYLE_GOOD : STYLE_BAD, here ? "+" : "-");
                columns_putf(&c, "%.8s", reply_text(commit, "id"));
                columns_put(&c, reply_text(commit, "subject"));
        }
        int r = columns_print(&c, "The same commit runs in both");
        print_names(only_here, js_get(difference, "config_only_source"));
        print_names(only_there, js_get(difference, "config_only_target"));
        print_names("Config vars with other values:", js_get(difference, "config_values"));
        return r;
}

static int add_json(Json *list, const Json *difference, Json *commits)
{
        _cleanup_json_ Json *copy = js_object();
        const char *key;
        const Json *value;
        int r = copy ? 0 : -ENOMEM;
        for (void *iter = NULL; r >= 0 && js_next(difference, &iter, &key, &value);)
                r = js_set(copy, key, js_ref(value));
        if (r >= 0)
                r = js_set(copy, "commits", js_ref(commits));
        return r < 0 ? r : js_add(list, TAKE_PTR(copy));
}

int verb_pipelines_diff(Cli *cli)
{
        _cleanup_json_ Json *differences = NULL, *list = js_array();
        int r = list ? ask_targets(cli, "Compare", false, &differences) : -ENOMEM;
        bool json = cli_has(cli, OPTION_JSON);
        for (size_t i = 0; r >= 0 && i < js_size(differences); i++) {
                const Json *difference = js_at(differences, i);
                _cleanup_json_ Json *commits = NULL;
                r = read_commits(cli, difference, &commits);
                if (r >= 0)
                        r = json ? add_json(list, difference, commits)
                                 : print_difference(cli, difference, commits);
        }
        if (r < 0)
                return r;
        return json ? cli_print_json(cli, list) : CLI_OK;
}
