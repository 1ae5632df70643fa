/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/handlers.h"

#include <inttypes.h>
#include <stdio.h>

#include "basic/clock.h"
#include "cli/cli.h"
#include "cli/columns.h"
#include "client/reply.h"

static int print_workers(const Json *router)
{
        const Json *workers = js_get(router, "workers");
        int64_t max = reply_number(router, "old_workers_max"), old = 0;
        _cleanup_columns_ Columns c = columns_new("WORKER|STATE|AGE|CONNECTIONS|HAPROXY");
        for (size_t i = 0; i < js_size(workers); i++) {
                const Json *w = js_at(workers, i);
                char age[16];
                bool is_old = reply_bool(w, "old");
                old += is_old;
                clock_format_age((uint64_t) reply_number(w, "age") * USEC_PER_SEC, age);
                columns_putf(&c, "%" PRId64, reply_number(w, "pid"));
                columns_put_style(&c, is_old ? STYLE_DIM : STYLE_GOOD, is_old ? "old" : "current");
                columns_put(&c, age);
                columns_putf(&c, "%" PRId64, reply_number(w, "connections"));
                columns_put(&c, reply_text(w, "version"));
        }
        int r = columns_print(&c, "No worker runs: systemctl status paas-router.service");
        printf("\nReloads: %" PRId64 ", %" PRId64 " refused%s. Old workers: %" PRId64 " of at most %" PRId64
               ". Backends: %" PRId64 ", %" PRId64 " in use.\n",
               reply_number(router, "reloads"), reply_number(router, "failed_reloads"),
               reply_bool(router, "reload_planned") ? ", one to come" : "", old, max,
               reply_number(router, "backends"), reply_number(router, "backends_used"));
        return r;
}

static int print_servers(const Json *router)
{
        const Json *servers = js_get(router, "servers");
        _cleanup_columns_ Columns c = columns_new("APP|SERVER|ADDRESS|STATE|WEIGHT|CONNECTIONS");
        for (size_t i = 0; i < js_size(servers); i++) {
                const Json *s = js_at(servers, i);
                const char *state = reply_text(s, "state");
                bool up = reply_bool(s, "up");
                columns_put(&c, reply_text(s, "app"));
                columns_put(&c, reply_text(s, "name"));
                columns_put(&c, reply_text(s, "address"));
                columns_put_style(&c, up ? STYLE_PLAIN : STYLE_BAD, up ? state : "down");
                columns_putf(&c, "%" PRId64, reply_number(s, "weight"));
                columns_putf(&c, "%" PRId64, reply_number(s, "connections"));
        }
        printf("\n");
        return columns_print(&c, "No application has a web process");
}

int verb_router(Cli *cli)
{
        _cleanup_json_ Json *router = NULL;
        int r = cli_ask(cli, "Router", &router, "");
        if (r < 0)
                return r;
        if (cli_has(cli, OPTION_JSON))
                return cli_print_json(cli, router);
        const Json *differences = js_get(router, "differences");
        r = print_workers(router);
        if (r >= 0)
                r = print_servers(router);
        printf("\n");
        for (size_t i = 0; r >= 0 && i < js_size(differences); i++)
                printf("%s\n", js_string_value(js_at(differences, i)));
        if (r >= 0 && js_size(differences) == 0)
                printf("It serves exactly what is current.\n");
        return r;
}
