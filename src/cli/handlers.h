/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Who does what: one function a verb, in verb-*.c. Exit status, or negative errno with cli->error. */

#include "cli/verb.h"

int verb_setup(Cli *cli);
int verb_access(Cli *cli);
int verb_access_add(Cli *cli);
int verb_access_remove(Cli *cli);
int verb_access_update(Cli *cli);
int verb_apps(Cli *cli);
int verb_apps_create(Cli *cli);
int verb_apps_info(Cli *cli);
int verb_apps_destroyed(Cli *cli); /* apps --destroyed */
int verb_apps_restore(Cli *cli);
int verb_gc(Cli *cli);
int verb_router(Cli *cli);
int verb_apps_destroy(Cli *cli);
int verb_apps_transfer(Cli *cli);
int verb_apps_lock(Cli *cli);
int verb_apps_unlock(Cli *cli);
int verb_audit(Cli *cli);
int verb_audit_verify(Cli *cli);
int verb_config(Cli *cli);
int verb_config_diff(Cli *cli);
int verb_config_edit(Cli *cli);
int verb_config_set(Cli *cli);
int verb_config_get(Cli *cli);
int verb_config_unset(Cli *cli);
int verb_config_copy(Cli *cli);
int verb_pipelines(Cli *cli);
int verb_pipelines_create(Cli *cli);
int verb_pipelines_destroy(Cli *cli);
int verb_pipelines_info(Cli *cli);
int verb_pipelines_add(Cli *cli);
int verb_pipelines_update(Cli *cli);
int verb_pipelines_remove(Cli *cli);
int verb_pipelines_diff(Cli *cli);
int verb_pipelines_promote(Cli *cli);
int verb_deploy(Cli *cli);
int verb_deploys(Cli *cli);
int verb_deploys_cancel(Cli *cli);
int verb_ps(Cli *cli);
int verb_ps_scale(Cli *cli);
int verb_ps_restart(Cli *cli);
int verb_ps_stop(Cli *cli);
int verb_ps_listen(Cli *cli);
int verb_checks(Cli *cli);
int verb_settings(Cli *cli);
int verb_settings_set(Cli *cli);
int verb_settings_unset(Cli *cli);
int verb_run(Cli *cli);
int verb_run_detached(Cli *cli);
int verb_logs(Cli *cli);
int verb_releases(Cli *cli);
int verb_releases_info(Cli *cli);
int verb_releases_output(Cli *cli);
int verb_releases_retry(Cli *cli);
int verb_releases_lock(Cli *cli);
int verb_releases_unlock(Cli *cli);
int verb_releases_watch(Cli *cli);
int verb_rollback(Cli *cli);
int verb_domains(Cli *cli);
int verb_domains_add(Cli *cli);
int verb_domains_remove(Cli *cli);
int verb_open(Cli *cli);
int verb_teams(Cli *cli);
int verb_teams_add(Cli *cli);
int verb_teams_create(Cli *cli);
int verb_teams_destroy(Cli *cli);
int verb_teams_lead(Cli *cli);
int verb_teams_remove(Cli *cli);
int verb_users(Cli *cli);
int verb_users_add(Cli *cli);
int verb_users_disable(Cli *cli);
int verb_users_enable(Cli *cli);
int verb_users_info(Cli *cli);
int verb_keys(Cli *cli);
int verb_keys_add(Cli *cli);
int verb_keys_remove(Cli *cli);
int verb_version(Cli *cli);
int verb_help(Cli *cli);
int verb_roles(Cli *cli); /* `help roles` */
