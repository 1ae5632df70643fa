/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Who may do what: every action has a name, as the command that asks for it, and the least role that it
 * needs. This is the one table of it.
 */

typedef enum Role {
        ROLE_NONE,     /* any user of this host */
        ROLE_VIEWER,   /* sees an application: its processes, releases and logs */
        ROLE_DEPLOYER, /* changes which code runs */
        ROLE_OPERATOR, /* reads and changes config, and how it runs; gets a shell in it */
        ROLE_OWNER,    /* gives access, and destroys; of a team: its lead */
        ROLE_ADMIN,    /* of the host: users, teams, setup; and everything on every application */
        _ROLE_MAX,
} Role;

typedef enum Action {
        ACTION_ACCESS_LIST,
        ACTION_ACCESS_CHANGE,
        ACTION_APPS_LIST,
        ACTION_APPS_CREATE,
        ACTION_APPS_DESTROY,
        ACTION_APPS_INFO,
        ACTION_APPS_TRANSFER,
        ACTION_APPS_LOCK,
        ACTION_CONFIG_DIFF,
        ACTION_AUDIT,
        ACTION_AUDIT_HOST,
        ACTION_AUDIT_VERIFY,
        ACTION_APPS_RESTORE,
        ACTION_CONFIG_READ,
        ACTION_CONFIG_SET,
        ACTION_DEPLOY,
        ACTION_DEPLOYS_CANCEL,
        ACTION_DEPLOYS_LIST,
        ACTION_DOMAINS_LIST,
        ACTION_DOMAINS_CHANGE,
        ACTION_GC,
        ACTION_ROUTER,
        ACTION_GIT_READ,
        ACTION_KEYS_LIST,
        ACTION_KEYS_CHANGE,
        ACTION_LOGS,
        ACTION_PIPELINES_LIST,
        ACTION_PIPELINES_CREATE,
        ACTION_PIPELINES_DESTROY,
        ACTION_PIPELINES_ADD,
        ACTION_PIPELINES_UPDATE,
        ACTION_PIPELINES_REMOVE,
        ACTION_PIPELINES_DIFF,
        ACTION_PIPELINES_PROMOTE,
        ACTION_PS_LIST,
        ACTION_PS_SCALE,
        ACTION_PS_RESTART,
        ACTION_PS_STOP,
        ACTION_RELEASES_LIST,
        ACTION_RELEASES_LOCK,
        ACTION_RELEASES_OUTPUT,
        ACTION_RELEASES_RETRY,
        ACTION_RELEASES_WATCH,
        ACTION_ROLLBACK,
        ACTION_ROLLBACK_FORCE,
        ACTION_RUN,
        ACTION_SETTINGS_LIST,
        ACTION_SETTINGS_CHANGE,
        ACTION_SETUP,
        ACTION_SETUP_CHECK,
        ACTION_TEAMS_LIST,
        ACTION_TEAMS_CREATE,
        ACTION_TEAMS_CHANGE,
        ACTION_USERS_LIST,
        ACTION_USERS_CHANGE,
        ACTION_USERS_DISABLE,
        ACTION_USERS_INFO,
        _ACTION_MAX,
} Action;

const char *action_to_string(Action a); /* "ps:scale" */
const char *action_describe(Action a);  /* "change how many processes run" */
Role action_role(Action a);
const char *role_to_string(Role r);             /* "viewer"; "none" */
int role_from_string(const char *s, Role *ret); /* those that can be granted: viewer to owner. -EINVAL */
