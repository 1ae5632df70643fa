/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/handlers.h"

#include <inttypes.h>
#include <stdio.h>

#include "basic/clock.h"
#include "basic/text.h"
#include "cli/cli.h"
#include "cli/columns.h"
#include "client/reply.h"

static Style style_of(const char *state)
{
        if (streq(state, "up"))
                return STYLE_GOOD;
        if (streq(state, "crashed") || streq(state, "unready") || streq(state, "degraded"))
                return STYLE_BAD;
        return STYLE_PLAIN;
}

/* "draining, 25 s left", "draining, 9 min left for 3 connections" */
static void put_state(Columns *c, const Json *i, const char *state)
{
        int64_t tunnels = reply_number(i, "tunnels");
        uint64_t until = (uint64_t) reply_number(i, "drain_until"), now = clock_realtime();
        uint64_t left = until > now ? (until - now) / USEC_PER_SEC : 0;
        const char *unit = left < 120 ? "s" : left < 7200 ? "min" : "h";
        uint64_t shown = left < 120 ? left : left < 7200 ? left / 60 : left / 3600;
        if (until == 0)
                columns_put_style(c, style_of(state), state);
        else if (tunnels == 0)
                columns_putf(c, "%s, %" PRIu64 " %s left", state, shown, unit);
        else
                columns_putf(c, "%s, %" PRIu64 " %s left for %" PRId64 " connection%s", state, shown, unit,
                             tunnels, tunnels == 1 ? "" : "s");
}

static void put_instance(Columns *c, const Json *i)
{
        const char *state = reply_text(i, "state");
        char since[16], memory[16] = "";

        term_format_since((uint64_t) reply_number(i, "since"), since);
        if (reply_number(i, "memory") > 0)
                term_format_bytes((uint64_t) reply_number(i, "memory"), memory);
        columns_put(c, reply_text(i, "name"));
        put_state(c, i, state);
        columns_put(c, since);
        columns_putf(c, "v%" PRId64, reply_number(i, "version"));
        columns_put(c, reply_text(i, "size"));
        columns_put(c, memory);
        columns_putf(c, "%" PRId64, reply_number(i, "restarts"));
        if (*reply_text(i, "user"))
                columns_putf(c, "%s (%s%s)", reply_text(i, "command"), reply_text(i, "user"),
                             reply_bool(i, "detached") ? ", detached" : "");
        else
                columns_put(c, reply_text(i, "command"));
}

/* What a crashed process said last. */
static void print_last_lines(const Json *i)
{
        const Json *lines = js_get(i, "last_lines");
        if (!streq(reply_text(i, "state"), "crashed") || js_size(lines) == 0)
                return;
        printf("\nThe last lines of %s:\n", reply_text(i, "name"));
        for (size_t n = 0; n < js_size(lines); n++) {
                const char *line = js_string_value(js_at(lines, n));
                printf("    ");
                term_print(line ? line : "");
                printf("\n");
        }
}

int verb_ps(Cli *cli)
{
        _cleanup_json_ Json *instances = NULL;
        int r = cli_ask_app(cli, "ListInstances", &instances, NULL);
        if (r < 0)
                return r;
        if (cli_has(cli, OPTION_JSON))
                return cli_print_json(cli, instances);

        _cleanup_columns_ Columns c =
                columns_new("PROCESS|STATE|SINCE|RELEASE|SIZE|MEMORY|RESTARTS|COMMAND");
        for (size_t i = 0; i < js_size(instances); i++)
                put_instance(&c, js_at(instances, i));
        r = columns_print(&c, "Nothing runs. `git push` deploys, `paas ps:scale web=1` starts a process");
        for (size_t i = 0; r >= 0 && i < js_size(instances); i++)
                print_last_lines(js_at(instances, i));
        return r;
}
