/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/handlers.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "cli/cli.h"
#include "cli/columns.h"
#include "client/reply.h"

static int need_stage(Cli *cli, const char **ret)
{
        *ret = cli_value(cli, OPTION_STAGE, NULL);
        return *ret ? 0
                    : error_set(&cli->error, -EINVAL,
                                "Which stage? -s review, development, staging or production");
}

int verb_pipelines(Cli *cli)
{
        _cleanup_json_ Json *pipelines = NULL;
        int r = cli_ask(cli, "ListPipelines", &pipelines, NULL);
        if (r < 0)
                return r;
        if (cli_has(cli, OPTION_JSON))
                return cli_print_json(cli, pipelines);

        _cleanup_columns_ Columns c = columns_new("NAME|APPS|OWNER");
        for (size_t i = 0; i < js_size(pipelines); i++) {
                const Json *p = js_at(pipelines, i);
                columns_put(&c, reply_text(p, "name"));
                columns_putf(&c, "%zu", js_size(js_get(p, "apps")));
                columns_put(&c, reply_text(p, "owner"));
        }
        return columns_print(&c, "There is no pipeline yet: `paas pipelines:create NAME` makes one");
}

int verb_pipelines_create(Cli *cli)
{
        const char *name = cli->invocation->arguments[0], *app = NULL, *stage = NULL;
        int r = 0;
        if (cli_has(cli, OPTION_APP) || cli_has(cli, OPTION_STAGE) || cli_has(cli, OPTION_REMOTE)) {
                r = need_stage(cli, &stage);
                if (r >= 0)
                        r = cli_app(cli, &app);
        }
        if (r >= 0)
                r = app ? cli_ask(cli, "CreatePipeline", NULL, "sa{sv}", name, 2, "app", "s", app, "stage",
                                  "s", stage)
                        : cli_ask(cli, "CreatePipeline", NULL, "sa{sv}", name, 0);
        if (r < 0)
                return r;
        if (app)
                printf("Created pipeline %s with %s as %s\n", name, app, stage);
        else
                printf("Created pipeline %s. `paas pipelines:add %s -a APP -s STAGE` puts applications in\n",
                       name, name);
        return CLI_OK;
}

int verb_pipelines_add(Cli *cli)
{
        const char *name = cli->invocation->arguments[0], *stage;
        int r = need_stage(cli, &stage);
        if (r >= 0)
                r = cli_ask_app(cli, "JoinPipeline", NULL, "ss", name, stage);
        if (r < 0)
                return r;
        printf("%s is %s of %s\n", cli->app, stage, name);
        return CLI_OK;
}

int verb_pipelines_update(Cli *cli)
{
        const char *stage;
        int r = need_stage(cli, &stage);
        if (r >= 0)
                r = cli_ask_app(cli, "SetStage", NULL, "s", stage);
        if (r < 0)
                return r;
        printf("%s is %s now\n", cli->app, stage);
        return CLI_OK;
}

int verb_pipelines_remove(Cli *cli)
{
        int r = cli_ask_app(cli, "LeavePipeline", NULL, NULL);
        if (r < 0)
                return r;
        printf("%s is in no pipeline any more\n", cli->app);
        return CLI_OK;
}

int verb_pipelines_info(Cli *cli)
{
        _cleanup_json_ Json *pipeline = NULL;
        int r = cli_ask(cli, "GetPipeline", &pipeline, "s", cli->invocation->arguments[0]);
        if (r < 0)
                return r;
        if (cli_has(cli, OPTION_JSON))
                return cli_print_json(cli, pipeline);

        _cleanup_columns_ Columns c = columns_new("STAGE|APP|RELEASE|COMMIT");
        const Json *apps = js_get(pipeline, "apps");
        for (size_t i = 0; i < js_size(apps); i++) {
                const Json *a = js_at(apps, i);
                int64_t version = reply_number(a, "version");
                columns_put(&c, reply_text(a, "stage"));
                columns_put(&c, reply_text(a, "app"));
                if (version > 0)
                        columns_putf(&c, "v%" PRId64, version);
                else
                        columns_put_style(&c, STYLE_DIM, "-");
                columns_putf(&c, "%.8s", reply_text(a, "commit"));
        }
        return columns_print(&c, "There is no application in it: `paas pipelines:add` puts one there");
}

int verb_pipelines_destroy(Cli *cli)
{
        const char *name = cli->invocation->arguments[0];
        int r = cli_ask(cli, "DestroyPipeline", NULL, "s", name);
        if (r < 0)
                return r;
        printf("Destroyed pipeline %s. Its applications stay as they are\n", name);
        return CLI_OK;
}
