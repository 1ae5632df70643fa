/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The objects on the bus: paths, registration, signals. */

#include "engine/operation/job.h"
#include "paasd/context.h"

/* "/org/paas1/app/my_app", "/org/paas1/job/my_app_7". NULL when out of memory. */
char *app_object_path(const char *name);
char *job_object_path(const Job *j);

int manager_object_register(Manager *m);
int app_object_register(Manager *m);
int job_object_register(Manager *m);

/* Users and keys: part of the Manager interface. */
int method_list_users(sd_bus_message *message, void *userdata, sd_bus_error *e);
int method_add_user(sd_bus_message *message, void *userdata, sd_bus_error *e);
int method_list_keys(sd_bus_message *message, void *userdata, sd_bus_error *e);
int method_add_key(sd_bus_message *message, void *userdata, sd_bus_error *e);
int method_remove_key(sd_bus_message *message, void *userdata, sd_bus_error *e);
int method_user_info(sd_bus_message *message, void *userdata, sd_bus_error *e);
int method_disable_user(sd_bus_message *message, void *userdata, sd_bus_error *e);
int method_enable_user(sd_bus_message *message, void *userdata, sd_bus_error *e);
int method_setup(sd_bus_message *message, void *userdata, sd_bus_error *e);
int method_check(sd_bus_message *message, void *userdata, sd_bus_error *e);

/* Teams: part of the Manager interface. */
int method_list_teams(sd_bus_message *message, void *userdata, sd_bus_error *e);
int method_create_team(sd_bus_message *message, void *userdata, sd_bus_error *e);
int method_add_member(sd_bus_message *message, void *userdata, sd_bus_error *e);
int method_remove_member(sd_bus_message *message, void *userdata, sd_bus_error *e);
int method_set_lead(sd_bus_message *message, void *userdata, sd_bus_error *e);
int method_destroy_team(sd_bus_message *message, void *userdata, sd_bus_error *e);

/* Roles on an application: part of the App interface. */
int method_list_access(sd_bus_message *message, void *userdata, sd_bus_error *e);
int method_add_access(sd_bus_message *message, void *userdata, sd_bus_error *e);
int method_update_access(sd_bus_message *message, void *userdata, sd_bus_error *e);
int method_remove_access(sd_bus_message *message, void *userdata, sd_bus_error *e);
int method_transfer(sd_bus_message *message, void *userdata, sd_bus_error *e);

/* The audit: part of the Manager interface. */
int method_audit(sd_bus_message *message, void *userdata, sd_bus_error *e);
int method_open_audit(sd_bus_message *message, void *userdata, sd_bus_error *e);
int method_verify_audit(sd_bus_message *message, void *userdata, sd_bus_error *e);
void audit_requests_free(Manager *m);
void router_requests_free(Manager *m);

/* Lists of an application: part of the App interface. */
int method_list_instances(sd_bus_message *message, void *userdata, sd_bus_error *e);
int method_list_checks(sd_bus_message *message, void *userdata, sd_bus_error *e);
int method_formation(sd_bus_message *message, void *userdata, sd_bus_error *e);
int method_list_releases(sd_bus_message *message, void *userdata, sd_bus_error *e);
int method_get_release(sd_bus_message *message, void *userdata, sd_bus_error *e);
int method_rollback(sd_bus_message *message, void *userdata, sd_bus_error *e);
int method_retry_release(sd_bus_message *message, void *userdata, sd_bus_error *e);
int method_lock_release(sd_bus_message *message, void *userdata, sd_bus_error *e);
int method_unlock_release(sd_bus_message *message, void *userdata, sd_bus_error *e);
int method_get_outcome(sd_bus_message *message, void *userdata, sd_bus_error *e);
int method_open_release_log(sd_bus_message *message, void *userdata, sd_bus_error *e);
int method_list_domains(sd_bus_message *message, void *userdata, sd_bus_error *e);

/* Config vars: part of the App interface. */
int method_get_config(sd_bus_message *message, void *userdata, sd_bus_error *e);
int method_get_config_vars(sd_bus_message *message, void *userdata, sd_bus_error *e);
int method_set_config(sd_bus_message *message, void *userdata, sd_bus_error *e);
int method_diff_config(sd_bus_message *message, void *userdata, sd_bus_error *e);

/* What waits and why, and the lock: part of the App interface. */
int method_list_deploys(sd_bus_message *message, void *userdata, sd_bus_error *e);
int method_lock(sd_bus_message *message, void *userdata, sd_bus_error *e);
int method_unlock(sd_bus_message *message, void *userdata, sd_bus_error *e);
/* Pipelines: part of the Manager interface, then of the App interface. */
int method_list_pipelines(sd_bus_message *message, void *userdata, sd_bus_error *e);
int method_get_pipeline(sd_bus_message *message, void *userdata, sd_bus_error *e);
int method_create_pipeline(sd_bus_message *message, void *userdata, sd_bus_error *e);
int method_destroy_pipeline(sd_bus_message *message, void *userdata, sd_bus_error *e);
int method_join_pipeline(sd_bus_message *message, void *userdata, sd_bus_error *e);
int method_set_stage(sd_bus_message *message, void *userdata, sd_bus_error *e);
int method_leave_pipeline(sd_bus_message *message, void *userdata, sd_bus_error *e);
int method_promote(sd_bus_message *message, void *userdata, sd_bus_error *e);
int method_compare(sd_bus_message *message, void *userdata, sd_bus_error *e);
int method_open_comparison(sd_bus_message *message, void *userdata, sd_bus_error *e);
int method_copy_config(sd_bus_message *message, void *userdata, sd_bus_error *e);
/* `paas run`: part of the App interface. */
int method_run(sd_bus_message *message, void *userdata, sd_bus_error *e);
int method_run_detached(sd_bus_message *message, void *userdata, sd_bus_error *e);
void run_methods_free(Manager *m);

/* Settings: part of the App interface. */
int method_list_settings(sd_bus_message *message, void *userdata, sd_bus_error *e);
int method_set_settings(sd_bus_message *message, void *userdata, sd_bus_error *e);

/* Clean-up: of the Manager interface, the last one of the App interface. */
int method_collect_garbage(sd_bus_message *message, void *userdata, sd_bus_error *e);
int method_router(sd_bus_message *message, void *userdata, sd_bus_error *e);
int method_list_destroyed(sd_bus_message *message, void *userdata, sd_bus_error *e);
int method_restore_app(sd_bus_message *message, void *userdata, sd_bus_error *e);
int method_disk_usage(sd_bus_message *message, void *userdata, sd_bus_error *e);

/* The caller follows the job: when the last follower of a deploy that is not detached is gone, it is
 * cancelled. `message` NULL: nobody yet, after our restart; somebody has a minute to come back. */
int job_object_follow(Manager *m, Job *j, sd_bus_message *message);

void job_object_new(Manager *m, Job *j);
void job_object_changed(Manager *m, Job *j);
void job_object_removed(Manager *m, Job *j);
void job_object_free_tracks(Manager *m);

/* A{sv} of a job, as its properties and as an element of ListJobs. */
int job_object_append(sd_bus_message *reply, Manager *m, Job *j);

/* Starts paas-log with these arguments and returns the read end of its output. */
int logstream_open(Manager *m, char *const *arguments, int *ret_fd);
