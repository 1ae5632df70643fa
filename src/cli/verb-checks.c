/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/handlers.h"

#include <inttypes.h>

#include "basic/text.h"
#include "cli/cli.h"
#include "cli/columns.h"
#include "client/reply.h"

static Style style_of(const char *state)
{
        if (streq(state, "passed") || streq(state, "passing") || streq(state, "watched"))
                return STYLE_GOOD;
        if (streq(state, "failed") || streq(state, "failing") || streq(state, "degraded"))
                return STYLE_BAD;
        return STYLE_PLAIN;
}

int verb_checks(Cli *cli)
{
        _cleanup_json_ Json *checks = NULL;
        int r = cli_ask_app(cli, "ListChecks", &checks, NULL);
        if (r < 0)
                return r;
        if (cli_has(cli, OPTION_JSON))
                return cli_print_json(cli, checks);

        _cleanup_columns_ Columns c = columns_new("PROCESS|TYPE|STATE|RESTARTS|CHECK");
        for (size_t i = 0; i < js_size(checks); i++) {
                const Json *check = js_at(checks, i);
                columns_put(&c, reply_text(check, "process"));
                columns_put(&c, reply_text(check, "type"));
                columns_put_style(&c, style_of(reply_text(check, "state")), reply_text(check, "state"));
                columns_putf(&c, "%" PRId64, reply_number(check, "restarts"));
                columns_putf(&c, "%s%s", reply_text(check, "what"),
                             reply_bool(check, "warn") ? " (warns only)" : "");
        }
        return columns_print(
                &c, "Nothing is checked. `git push` deploys; docs/checks.md says what app.json can ask for");
}
