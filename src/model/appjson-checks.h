/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Fields of app.json whose contents have a form of their own, beyond type and length. */

#include "model/jsonrules.h"

int check_app_title(RuleCheck *c, const Json *value);      /* `name` */
int check_env_key(RuleCheck *c, const char *key);          /* name of a config var */
int check_env_value(RuleCheck *c, const Json *value);      /* its default */
int check_process_key(RuleCheck *c, const char *key);      /* process type */
int check_size(RuleCheck *c, const Json *value);           /* instance size */
int check_cron_schedule(RuleCheck *c, const Json *value);  /* five fields, or @daily */
int check_cron_command(RuleCheck *c, const Json *value);   /* words without shell operators */
int check_probe_path(RuleCheck *c, const Json *value);     /* what may be asked for */
int check_header_name(RuleCheck *c, const Json *value);    /* of a request */
int check_one_line(RuleCheck *c, const Json *value);       /* no control characters */
int check_status(RuleCheck *c, const Json *value);         /* "200-299" */
int check_without_effect(RuleCheck *c, const Json *value); /* a warning */
int check_scheme(RuleCheck *c, const Json *value);         /* a warning but for "http" */
int check_health_check(RuleCheck *c, const Json *value);   /* one way of asking, not two */
int check_autoscaling(RuleCheck *c, const Json *value);    /* min_quantity <= max_quantity */
