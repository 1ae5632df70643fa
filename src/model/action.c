/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "model/action.h"

#include <errno.h>
#include <stddef.h>

#include "basic/text.h"

typedef struct ActionInfo {
        const char *name;
        Role role;
        const char *what;
} ActionInfo;

static const ActionInfo actions[_ACTION_MAX] = {
        [ACTION_ACCESS_LIST] = {"access", ROLE_VIEWER, "list who has which role"},
        [ACTION_ACCESS_CHANGE] = {"access:add", ROLE_OWNER, "give, change and take away roles"},
        [ACTION_APPS_LIST] = {"apps", ROLE_NONE, "list the applications one has a role on"},
        [ACTION_APPS_CREATE] = {"apps:create", ROLE_NONE, "create an application, whose owner one becomes"},
        [ACTION_APPS_DESTROY] = {"apps:destroy", ROLE_OWNER, "destroy the application"},
        [ACTION_APPS_INFO] = {"apps:info", ROLE_VIEWER, "show the application"},
        [ACTION_APPS_TRANSFER] = {"apps:transfer", ROLE_OWNER, "make somebody else the owner"},
        [ACTION_APPS_LOCK] = {"apps:lock", ROLE_OPERATOR,
                              "lock and unlock the application, which holds releases back"},
        [ACTION_CONFIG_DIFF] = {"config:diff", ROLE_VIEWER,
                                "compare the names of two releases' config vars"},
        [ACTION_AUDIT] = {"audit", ROLE_VIEWER, "read what was done to the application, by whom"},
        [ACTION_AUDIT_HOST] = {"audit:host", ROLE_ADMIN, "read what was done on this host, by whom"},
        [ACTION_AUDIT_VERIFY] = {"audit:verify", ROLE_ADMIN, "compare the audit with its remote"},
        [ACTION_APPS_RESTORE] = {"apps:restore", ROLE_OWNER, "bring the destroyed application back"},
        [ACTION_CONFIG_READ] = {"config", ROLE_OPERATOR, "read config vars"},
        [ACTION_CONFIG_SET] = {"config:set", ROLE_OPERATOR, "change config vars"},
        [ACTION_DEPLOY] = {"deploy", ROLE_DEPLOYER,
                           "deploy: git push, and whatever builds or releases code"},
        [ACTION_DEPLOYS_CANCEL] = {"deploys:cancel", ROLE_DEPLOYER, "cancel a deploy"},
        [ACTION_DEPLOYS_LIST] = {"deploys", ROLE_VIEWER, "list what is deployed and what waits"},
        [ACTION_DOMAINS_LIST] = {"domains", ROLE_VIEWER, "list the domains"},
        [ACTION_DOMAINS_CHANGE] = {"domains:add", ROLE_OPERATOR, "add and remove domains"},
        [ACTION_ROUTER] = {"router", ROLE_ADMIN, "see what the router serves, and its workers"},
        [ACTION_GC] = {"gc", ROLE_ADMIN, "remove what nobody needs any more"},
        [ACTION_GIT_READ] = {"git", ROLE_VIEWER, "clone and fetch the repository"},
        [ACTION_KEYS_LIST] = {"keys", ROLE_NONE, "list one's own ssh keys"},
        [ACTION_KEYS_CHANGE] = {"keys:add", ROLE_NONE, "add and remove one's own ssh keys"},
        [ACTION_LOGS] = {"logs", ROLE_VIEWER, "read the log"},
        [ACTION_PIPELINES_LIST] = {"pipelines", ROLE_NONE, "list the pipelines"},
        [ACTION_PIPELINES_CREATE] = {"pipelines:create", ROLE_NONE,
                                     "create a pipeline, whose owner one becomes"},
        [ACTION_PIPELINES_DESTROY] = {"pipelines:destroy", ROLE_NONE, "destroy one's own pipeline"},
        [ACTION_PIPELINES_ADD] = {"pipelines:add", ROLE_OPERATOR, "put the application into a pipeline"},
        [ACTION_PIPELINES_UPDATE] = {"pipelines:update", ROLE_OPERATOR,
                                     "move the application to another stage of its pipeline"},
        [ACTION_PIPELINES_REMOVE] = {"pipelines:remove", ROLE_OPERATOR,
                                     "take the application out of its pipeline"},
        [ACTION_PIPELINES_DIFF] = {"pipelines:diff", ROLE_VIEWER,
                                   "see what a promotion would change (on both applications)"},
        [ACTION_PIPELINES_PROMOTE] = {"pipelines:promote", ROLE_DEPLOYER,
                                      "promote what runs (from the one and to the other application)"},
        [ACTION_PS_LIST] = {"ps", ROLE_VIEWER, "list the processes"},
        [ACTION_PS_SCALE] = {"ps:scale", ROLE_OPERATOR, "change how many processes run"},
        [ACTION_PS_RESTART] = {"ps:restart", ROLE_OPERATOR, "restart processes"},
        [ACTION_PS_STOP] = {"ps:stop", ROLE_OPERATOR, "stop processes"},
        [ACTION_RELEASES_LIST] = {"releases", ROLE_VIEWER, "list the releases and what they are made of"},
        [ACTION_RELEASES_LOCK] = {"releases:lock", ROLE_OPERATOR,
                                  "forbid rolling back across a release, and allow it"},
        [ACTION_RELEASES_OUTPUT] = {"releases:output", ROLE_VIEWER,
                                    "read what a build and a release command printed"},
        [ACTION_RELEASES_RETRY] = {"releases:retry", ROLE_DEPLOYER, "try a failed release again"},
        [ACTION_RELEASES_WATCH] = {"releases:watch", ROLE_VIEWER,
                                   "wait until it is known whether a release stays"},
        [ACTION_ROLLBACK] = {"rollback", ROLE_DEPLOYER, "go back to an earlier release"},
        [ACTION_ROLLBACK_FORCE] = {"rollback --force", ROLE_OWNER, "go back across a locked release"},
        [ACTION_RUN] = {"run", ROLE_OPERATOR, "run a command in the application, a shell for example"},
        [ACTION_SETTINGS_LIST] = {"settings", ROLE_VIEWER, "list the settings"},
        [ACTION_SETTINGS_CHANGE] = {"settings:set", ROLE_OPERATOR, "change settings"},
        [ACTION_SETUP] = {"setup", ROLE_ADMIN, "set up this host"},
        [ACTION_SETUP_CHECK] = {"setup:check", ROLE_NONE, "see whether this host is set up well"},
        [ACTION_TEAMS_LIST] = {"teams", ROLE_NONE, "list the teams and their members"},
        [ACTION_TEAMS_CREATE] = {"teams:create", ROLE_ADMIN, "create a team"},
        [ACTION_TEAMS_CHANGE] = {"teams:add", ROLE_OWNER,
                                 "add and remove members of a team, name its lead, destroy it"},
        [ACTION_USERS_LIST] = {"users", ROLE_NONE, "list the users"},
        [ACTION_USERS_CHANGE] = {"users:add", ROLE_ADMIN, "add users and change others' keys"},
        [ACTION_USERS_DISABLE] = {"users:disable", ROLE_ADMIN, "end and restore what a user may do"},
        [ACTION_USERS_INFO] = {"users:info", ROLE_ADMIN, "show what a user owns and may do"},
};

static const char *const roles[_ROLE_MAX] = {
        [ROLE_NONE] = "none",         [ROLE_VIEWER] = "viewer", [ROLE_DEPLOYER] = "deployer",
        [ROLE_OPERATOR] = "operator", [ROLE_OWNER] = "owner",   [ROLE_ADMIN] = "admin",
};

const char *action_to_string(Action a)
{
        return actions[a].name;
}

const char *action_describe(Action a)
{
        return actions[a].what;
}

Role action_role(Action a)
{
        return actions[a].role;
}

const char *role_to_string(Role r)
{
        return roles[r];
}

int role_from_string(const char *s, Role *ret)
{
        for (Role r = ROLE_VIEWER; r <= ROLE_OWNER; r++) {
                if (!streq(roles[r], s))
                        continue;
                *ret = r;
                return 0;
        }
        return -EINVAL;
}
