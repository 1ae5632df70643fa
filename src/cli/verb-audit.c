/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "basic/clock.h"
#include "basic/text.h"
#include "bus/bus.h"
#include "cli/cli.h"
#include "cli/columns.h"
#include "cli/handlers.h"
#include "cli/logcopy.h"
#include "client/reply.h"

#define SECONDS_A_DAY UINT64_C(86400)

/* "2h", "7d": so long ago; or a moment. */
static int parse_since(Cli *cli, const char *text, uint64_t *ret)
{
        uint64_t seconds = 0;
        size_t length = strlen(text);
        if (clock_parse(text, ret) >= 0)
                return 0;
        int r = -EINVAL;
        if (length > 1 && text[length - 1] == 'd') {
                _cleanup_free_ char *days = strndup(text, length - 1);
                r = days ? text_parse_uint(days, 100000, &seconds) : -ENOMEM;
                seconds *= SECONDS_A_DAY;
        } else if (length > 0) {
                r = text_parse_seconds(text, &seconds);
        }
        uint64_t now = clock_realtime();
        if (r < 0 || seconds > now / USEC_PER_SEC)
                return error_set(&cli->error, -EINVAL,
                                 "'%s' is no time: 90min, 2h, 7d, or 2026-11-21T03:27:00Z", text);
        *ret = now - seconds * USEC_PER_SEC;
        return 0;
}

static int append_options(Cli *cli, sd_bus_message *m)
{
        static const struct {
                Option option;
                const char *name;
        } texts[] = {{OPTION_ACTOR, "actor"}, {OPTION_ACTION, "action"}};
        static const struct {
                Option option;
                const char *name;
        } flags[] = {{OPTION_REFUSED, "refused"}, {OPTION_FOLLOW, "follow"}, {OPTION_JSON, "json"}};
        const char *n = cli_value(cli, OPTION_LINES, NULL), *since = cli_value(cli, OPTION_SINCE, NULL);
        uint64_t number = 0, from = 0;
        const char *app = NULL;

        if (n && text_parse_uint(n, 10000, &number) < 0)
                return error_set(&cli->error, -EINVAL, "'%s' is no number of records (up to 10000)", n);
        int r = since ? parse_since(cli, since, &from) : 0;
        /* Only when it is named: without it the whole host is meant, wherever one stands. */
        if (r >= 0 && cli_has(cli, OPTION_APP))
                r = cli_app(cli, &app);
        if (r >= 0)
                r = sd_bus_message_open_container(m, 'a', "{sv}");
        if (r >= 0 && app)
                r = sd_bus_message_append(m, "{sv}", "app", "s", app);
        if (r >= 0 && n)
                r = sd_bus_message_append(m, "{sv}", "number", "t", number);
        if (r >= 0 && since)
                r = sd_bus_message_append(m, "{sv}", "since", "t", from);
        for (size_t i = 0; r >= 0 && i < ELEMENTSOF(texts); i++)
                if (cli_has(cli, texts[i].option))
                        r = sd_bus_message_append(m, "{sv}", texts[i].name, "s",
                                                  cli_value(cli, texts[i].option, ""));
        for (size_t i = 0; r >= 0 && i < ELEMENTSOF(flags); i++)
                if (cli_has(cli, flags[i].option))
                        r = sd_bus_message_append(m, "{sv}", flags[i].name, "b", 1);
        return r < 0 ? r : sd_bus_message_close_container(m);
}

static void put_result(Columns *c, const Json *record)
{
        const char *result = reply_text(record, "result");
        int64_t count = reply_number(record, "count");
        bool bad = streq(result, "failed") || streq(result, "refused") || streq(result, "canceled");
        Style style = bad ? STYLE_BAD : STYLE_PLAIN;
        if (count > 1) {
                char text[64];
                snprintf(text, sizeof(text), "%.32s (%" PRId64 "x)", result, count);
                columns_put_style(c, style, text);
        } else
                columns_put_style(c, style, result);
}

static int print_table(const Json *records)
{
        _cleanup_columns_ Columns c =
                columns_new("TIME|WHO|FROM|ACTION|OF|RELEASE|RESULT|WHAT|TAKES IT BACK");
        for (size_t i = 0; i < js_size(records); i++) {
                const Json *x = js_at(records, i);
                const char *app = reply_text(x, "app"), *what = reply_text(x, "what"),
                           *reason = reply_text(x, "reason");
                if (text_ends_with(what, reason)) /* says so already */
                        reason = "";
                int64_t release = reply_number(x, "release");
                char time[32];
                term_format_time((uint64_t) reply_number(x, "time"), time);
                columns_put(&c, time);
                columns_put(&c, reply_text(x, "actor"));
                columns_put(&c, reply_text(x, "from"));
                columns_put(&c, reply_text(x, "action"));
                columns_put(&c, *app ? app : reply_text(x, "object"));
                if (release > 0)
                        columns_putf(&c, "v%" PRId64, release);
                else
                        columns_put(&c, "");
                put_result(&c, x);
                columns_putf(&c, "%s%s%s", what, *reason ? ": " : "", reason);
                columns_put(&c, reply_text(x, "undo"));
        }
        return columns_print(&c, "Nothing of that kind is recorded");
}

int verb_audit(Cli *cli)
{
        _cleanup_message_ sd_bus_message *m = NULL, *reply = NULL;
        _cleanup_json_ Json *records = NULL;
        bool follow = cli_has(cli, OPTION_FOLLOW);
        Client *client;
        int fd;

        int r = cli_connect(cli, &client);
        if (r >= 0)
                r = client_message(client, BUS_PATH, BUS_MANAGER_INTERFACE, follow ? "OpenAudit" : "Audit",
                                   &m, &cli->error);
        if (r >= 0)
                r = append_options(cli, m);
        if (r >= 0)
                r = client_send(client, m, &reply, &cli->error);
        if (r < 0)
                return r;
        if (follow) {
                r = sd_bus_message_read(reply, "h", &fd);
                return r < 0 ? r : log_copy(cli, fd);
        }
        r = reply_to_json(reply, &records);
        if (r < 0)
                return r;
        return cli_has(cli, OPTION_JSON) ? cli_print_json(cli, records) : print_table(records);
}
