/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* A change of config vars on its way: from what is set and what is wanted to one release. */

#include "cli/cli.h"
#include "model/config.h"

typedef struct ConfigPlan {
        Config set;
        char **unset; /* names */
} ConfigPlan;

#define CONFIG_PLAN_NULL ((ConfigPlan){0})

void config_plan_clear(ConfigPlan *p);
#define _cleanup_config_plan_ _cleanup_(config_plan_clear)

int config_of_json(const Json *json, Config *ret);

/* What is set for the application, with what was recorded for the next release. */
int config_read(Cli *cli, Config *ret);

/* What turns `now` into `want`; with `keep` what is not in `want` stays. */
int config_plan(const Config *now, const Config *want, bool keep, ConfigPlan *ret);
bool config_plan_is_empty(const ConfigPlan *p);

/* "set A", "remove B", a line each. */
void config_plan_show(const ConfigPlan *p, FILE *f);

/* SetConfig, followed to its end, and what came of it in words. Exit status or negative errno. */
int config_plan_carry_out(Cli *cli, const ConfigPlan *p);
