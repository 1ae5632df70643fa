/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/handlers.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "cli/cli.h"

static int follow(Cli *cli, int r, const Json *path, const char *what)
{
        _cleanup_job_ Job job = JOB_NULL;
        const char *s = r >= 0 ? js_string_value(path) : NULL, *app;
        if (r >= 0)
                r = cli_app(cli, &app);
        if (r >= 0)
                r = cli_follow(cli, s ? s : "/", &job);
        if (r < 0)
                return r;
        printf("%s %s: released v%" PRIu64 "\n", what, app, job.version);
        return CLI_OK;
}

int verb_rollback(Cli *cli)
{
        _cleanup_json_ Json *path = NULL;
        uint64_t version;

        int r = cli_release(cli, &version);
        if (r >= 0 && cli_has(cli, OPTION_CODE) && cli_has(cli, OPTION_CONFIG))
                return error_set(&cli->error, -EINVAL, "Leave out --code and --config to go back with both");
        if (r >= 0)
                r = cli_ask_app(cli, "Rollback", &path, "ta{sv}", version, 4, "code", "b",
                                (int) cli_has(cli, OPTION_CODE), "config", "b",
                                (int) cli_has(cli, OPTION_CONFIG), "run-release", "b",
                                (int) cli_has(cli, OPTION_RUN_RELEASE), "force", "b",
                                (int) cli_has(cli, OPTION_FORCE));
        return follow(cli, r, path, "Rolled back");
}

int verb_releases_retry(Cli *cli)
{
        _cleanup_json_ Json *path = NULL;
        uint64_t version;

        int r = cli_release(cli, &version);
        if (r >= 0)
                r = cli_ask_app(cli, "RetryRelease", &path, "t", version);
        return follow(cli, r, path, "Retried");
}

int verb_releases_lock(Cli *cli)
{
        uint64_t version;
        int r = cli_release(cli, &version);
        if (r >= 0)
                r = cli_ask_app(cli, "LockRelease", NULL, "ts", version, cli_value(cli, OPTION_REASON, ""));
        if (r >= 0)
                printf("Nothing is rolled back across v%" PRIu64 "\n", version);
        return r < 0 ? r : CLI_OK;
}

int verb_releases_unlock(Cli *cli)
{
        uint64_t version;
        int r = cli_release(cli, &version);
        if (r >= 0)
                r = cli_ask_app(cli, "UnlockRelease", NULL, "t", version);
        if (r >= 0)
                printf("v%" PRIu64 " can be rolled back\n", version);
        return r < 0 ? r : CLI_OK;
}
