/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/configchange.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "basic/strv.h"
#include "basic/text.h"

void config_plan_clear(ConfigPlan *p)
{
        config_clear(&p->set);
        strv_free(p->unset);
        *p = CONFIG_PLAN_NULL;
}

int config_of_json(const Json *json, Config *ret)
{
        _cleanup_config_ Config c = CONFIG_NULL;
        const char *name;
        const Json *value;
        for (void *iter = NULL; js_next(json, &iter, &name, &value);) {
                const char *s = js_string_value(value);
                int r = s ? config_set(&c, name, s) : -EBADMSG;
                if (r < 0)
                        return r;
        }
        *ret = c;
        c = CONFIG_NULL;
        return 0;
}

int config_read(Cli *cli, Config *ret)
{
        _cleanup_json_ Json *json = NULL;
        int r = cli_ask_app(cli, "GetConfig", &json, NULL);
        if (r < 0)
                return r;
        r = config_of_json(json, ret);
        return r < 0 ? error_set(&cli->error, r, "The config vars cannot be read: %s", strerror(-r)) : 0;
}

int config_plan(const Config *now, const Config *want, bool keep, ConfigPlan *ret)
{
        _cleanup_config_plan_ ConfigPlan p = CONFIG_PLAN_NULL;
        _cleanup_free_ ConfigChange *list = NULL;
        size_t n;
        int r = config_compare(now, want, &list, &n);
        for (size_t i = 0; r >= 0 && i < n; i++) {
                if (list[i].to)
                        r = config_set(&p.set, list[i].name, list[i].to);
                else if (!keep)
                        r = strv_append(&p.unset, list[i].name);
        }
        if (r < 0)
                return r;
        *ret = p;
        p = CONFIG_PLAN_NULL;
        return 0;
}

bool config_plan_is_empty(const ConfigPlan *p)
{
        return p->set.n_vars == 0 && !p->unset;
}

void config_plan_show(const ConfigPlan *p, FILE *f)
{
        for (size_t i = 0; i < p->set.n_vars; i++)
                fprintf(f, "set %s\n", p->set.vars[i].name);
        STRV_FOREACH(name, p->unset)
                fprintf(f, "remove %s\n", *name);
}

static int append(Cli *cli, sd_bus_message *m, const ConfigPlan *p)
{
        char *nothing = NULL;
        int r = sd_bus_message_sensitive(m);
        if (r >= 0)
                r = sd_bus_message_open_container(m, 'a', "{ss}");
        for (size_t i = 0; r >= 0 && i < p->set.n_vars; i++)
                r = sd_bus_message_append(m, "{ss}", p->set.vars[i].name, p->set.vars[i].value);
        if (r >= 0)
                r = sd_bus_message_close_container(m);
        if (r >= 0)
                r = sd_bus_message_append_strv(m, p->unset ? p->unset : &nothing);
        if (r >= 0)
                r = sd_bus_message_append(m, "a{sv}", 1, "no-restart", "b",
                                          (int) cli_has(cli, OPTION_NO_RESTART));
        return r < 0 ? error_set(&cli->error, r, "The change cannot be put into words: %s", strerror(-r))
                     : 0;
}

static void tell(Cli *cli, const ConfigPlan *p, uint64_t version)
{
        const char *before = "Set ";
        for (size_t i = 0; i < p->set.n_vars; i++, before = ", ")
                printf("%s%s", before, p->set.vars[i].name);
        before = p->set.n_vars > 0 ? "; removed " : "Removed ";
        for (size_t i = 0; p->unset && p->unset[i]; i++, before = ", ")
                printf("%s%s", before, p->unset[i]);
        printf(" of %s: ", cli->app);
        if (cli_has(cli, OPTION_NO_RESTART))
                printf("recorded as v%" PRIu64 ", which is not started; the next release has it\n", version);
        else
                printf("released v%" PRIu64 "\n", version);
}

int config_plan_carry_out(Cli *cli, const ConfigPlan *p)
{
        _cleanup_message_ sd_bus_message *m = NULL, *reply = NULL;
        _cleanup_job_ Job job = JOB_NULL;
        const char *app, *path;
        Client *client;

        int r = cli_app(cli, &app);
        if (r >= 0)
                r = cli_connect(cli, &client);
        if (r >= 0)
                r = client_app_message(client, app, "SetConfig", &m, &cli->error);
        if (r >= 0)
                r = append(cli, m, p);
        if (r >= 0)
                r = client_app_send(client, app, m, &reply, &cli->error);
        if (r >= 0)
                r = sd_bus_message_read(reply, "o", &path);
        if (r >= 0)
                r = cli_follow(cli, path, &job);
        if (r < 0)
                return r;
        if (r > 0 || job.version == 0)
                printf("Nothing has changed in %s\n", app);
        else
                tell(cli, p, job.version);
        return CLI_OK;
}
