/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/verbtable.h"

#include <string.h>

#include "cli/handlers.h"

const Verb verbs[] = {
        {"access", NULL, "", 0, 0, ALLOW_APP | ALLOW_JSON, verb_access, "list who has which role",
         "The owner, then users and teams with a role on the application. `paas help roles` lists what each "
         "role may do.",
         "paas access --app blog"},
        {"access:add", NULL, "NAME", 1, 1, ALLOW_APP | ALLOW_ROLE, verb_access_add, "give a role",
         "NAME is a user, or team:NAME for all of its members. viewer sees the application, deployer "
         "changes "
         "its code, operator its config and how it runs.",
         "paas access:add ben --role deployer --app blog\npaas access:add team:web --role operator --app "
         "blog"},
        {"access:remove", NULL, "NAME", 1, 1, ALLOW_APP, verb_access_remove, "take a role away", NULL,
         "paas access:remove ben --app blog"},
        {"access:update", NULL, "NAME", 1, 1, ALLOW_APP | ALLOW_ROLE, verb_access_update, "change a role",
         NULL, "paas access:update ben --role operator --app blog"},
        {"apps", NULL, "", 0, 0, ALLOW_JSON | ALLOW_DESTROYED, verb_apps, "list the applications", NULL,
         "paas apps\npaas apps --destroyed"},
        {"apps:create", "create", "NAME", 1, 1, ALLOW_JSON, verb_apps_create, "create an application",
         "Makes a repository that can be pushed to and a name below the base domain. Prints the git remote; "
         "in a git repository on a laptop it sets it, as paas or as --remote names it.",
         "paas apps:create blog\ngit remote add paas paas@example.com:blog\ngit push paas main"},
        {"apps:destroy", "destroy", "", 0, 0, ALLOW_APP | ALLOW_CONFIRM, verb_apps_destroy,
         "destroy an application",
         "Stops what runs and takes away its names. For some days (7; destroyed-keep-days in paas.conf) "
         "apps:restore brings it back.",
         "paas apps:destroy --app blog --confirm blog"},
        {"apps:info", "info", "", 0, 0, ALLOW_APP | ALLOW_JSON, verb_apps_info, "show an application", NULL,
         "paas apps:info --app blog"},
        {"apps:lock", NULL, "", 0, 0, ALLOW_APP | ALLOW_REASON, verb_apps_lock, "hold releases back",
         "Pushes, config changes and whatever else would make a release wait, in their order, and are "
         "told who holds them and why. What runs goes on, and can be scaled and restarted. apps:unlock "
         "lets them go on.",
         "paas apps:lock --reason \"the database is moved\" --app blog"},
        {"apps:restore", NULL, "NAME|UUID", 1, 1, ALLOW_RESTORE, verb_apps_restore,
         "bring a destroyed application back",
         "With its code, releases, config vars, formation and those of its domains that are still free, and "
         "starts "
         "it as it was. `paas apps --destroyed` lists what can be restored, and until when.",
         "paas apps:restore blog\npaas apps:restore blog --as blog-old"},
        {"apps:transfer", NULL, "NAME", 1, 1, ALLOW_APP, verb_apps_transfer, "make somebody else the owner",
         "NAME is a user, or team:NAME of a team that has a lead. The owner until now becomes an operator.",
         "paas apps:transfer ben --app blog\npaas apps:transfer team:web --app blog"},
        {"apps:unlock", NULL, "", 0, 0, ALLOW_APP, verb_apps_unlock, "let releases go on", NULL,
         "paas apps:unlock --app blog"},
        {"audit", NULL, "", 0, 0, ALLOW_AUDIT | ALLOW_JSON, verb_audit, "show who did what",
         "Each change, refusal and read of config values: when, who, from where, what, with what "
         "result, and the command that takes it back. Of one application with --app; of the whole host "
         "without it, for administrators.",
         "paas audit --app blog\npaas audit --actor ben --since 7d\npaas audit --refused --follow"},
        {"audit:verify", NULL, "", 0, 0, ALLOW_JSON, verb_audit_verify,
         "see whether the audit was rewritten",
         "Compares the history here with that on the audit's remote (audit-remote in paas.conf), and checks "
         "the repository itself. Exits with 1 when something was rewritten, and says where.",
         "paas audit:verify"},
        {"checks", NULL, "", 0, 0, ALLOW_APP | ALLOW_JSON, verb_checks,
         "show what is checked of each process",
         "The health checks of app.json that hold for the current release, and how each process stands with "
         "them: one that is degraded fails, and gets requests because no better one is there.",
         "paas checks --app blog"},
        {"config", NULL, "", 0, 0, ALLOW_APP | ALLOW_JSON | ALLOW_SHELL | ALLOW_ENV, verb_config,
         "list the config vars",
         "As the next release will have them: what config:set --no-restart has recorded is among them.",
         "paas config --app blog\npaas config --app blog --env > .env"},
        {"config:copy", NULL, "", 0, 0, ALLOW_APP | ALLOW_COPY, verb_config_copy,
         "set config vars to another application's values",
         "All of them make one release. Nothing else ever carries config from one application to another.",
         "paas config:copy --from blog-staging --keys MAIL_HOST,MAIL_PORT --app blog"},
        {"config:diff", NULL, "FROM [TO]", 1, 2, ALLOW_APP | ALLOW_JSON | ALLOW_NAMES, verb_config_diff,
         "compare the config vars of two releases",
         "Without TO with the current release. --names leaves the values out, for those who may not read "
         "them.",
         "paas config:diff v10 v12 --app blog\npaas config:diff v10 --names --app blog"},
        {"config:edit", NULL, "", 0, 0, ALLOW_APP | ALLOW_YES | ALLOW_NO_RESTART, verb_config_edit,
         "change config vars in an editor",
         "Starts $VISUAL or $EDITOR with all of them, NAME=value a line; what you delete is unset. Shows "
         "what will change and asks; a file that cannot be taken is offered again. The file is in memory, "
         "for you alone, and goes with the command however that ends.",
         "paas config:edit --app blog"},
        {"config:get", NULL, "NAME", 1, 1, ALLOW_APP | ALLOW_JSON, verb_config_get,
         "print the value of a config var",
         "Prints the value and a newline. Exits with 4 when it is not set.",
         "paas config:get DATABASE_URL --app blog"},
        {"config:set", "config:add", "[NAME=VALUE...]", 0, ANY_NUMBER, ALLOW_APP | ALLOW_CONFIG_SET,
         verb_config_set, "set config vars",
         "All of them make one release, and what runs is replaced as by a push, without a build. Names are "
         "letters, digits and underscores; values any UTF-8 text of up to 64 KiB, 1 MiB together. NAME=- "
         "takes the value from standard input, but for one newline at its end. --file reads NAME=value "
         "lines. A single '-' instead of the arguments reads NAME=VALUE entries from standard input, each "
         "ended by a "
         "NUL byte.",
         "paas config:set GREETING=\"Hello there\" DEBUG= --app blog\npaas config:set --file .env --app "
         "blog\n"
         "pass show db | paas config:set DATABASE_URL=- --app blog"},
        {"config:unset", "config:remove", "NAME...", 1, ANY_NUMBER, ALLOW_APP | ALLOW_NO_RESTART,
         verb_config_unset, "remove config vars", "All of them make one release.",
         "paas config:unset DEBUG --app blog"},
        {"deploy", NULL, "[REF]", 0, 1, ALLOW_APP | ALLOW_DEPLOY, verb_deploy,
         "build and release what was pushed",
         "Builds REF, a commit that the application's repository has; without it the current release's "
         "commit again.",
         "paas deploy --app blog\npaas deploy 1a2b3c4d --app blog\npaas deploy --canary 10% --watch --app "
         "blog"},
        {"deploys", NULL, "", 0, 0, ALLOW_APP | ALLOW_JSON, verb_deploys,
         "list what waits, runs and ended lately",
         "Each operation that makes a release, and what it waits for. Without an application those of all.",
         "paas deploys --app blog"},
        {"deploys:cancel", NULL, "ID", 1, 1, ALLOW_APP, verb_deploys_cancel, "cancel a deploy",
         "Whether it waits, builds or starts: what it did is undone, and its pusher is told. ID is blog/7, "
         "or 7 "
         "of the application.",
         "paas deploys:cancel blog/7"},
        {"domains", NULL, "", 0, 0, ALLOW_APP | ALLOW_JSON, verb_domains,
         "list the names an application answers to", NULL, "paas domains --app blog"},
        {"domains:add", NULL, "DOMAIN...", 1, ANY_NUMBER, ALLOW_APP, verb_domains_add, "add names",
         "Point the name to this host in DNS.", "paas domains:add www.example.org --app blog"},
        {"domains:remove", NULL, "DOMAIN...", 1, ANY_NUMBER, ALLOW_APP, verb_domains_remove, "remove names",
         NULL, "paas domains:remove www.example.org --app blog"},
        {"gc", NULL, "", 0, 0, ALLOW_JSON | ALLOW_DRY_RUN, verb_gc, "remove what nobody needs any more",
         "Slugs beyond keep-releases, directories of builds and processes that have ended, files of "
         "applications "
         "that were destroyed too long ago. A timer does it every day. Data is never touched.",
         "paas gc --dry-run\npaas gc"},
        {"help", NULL, "[COMMAND]", 0, 2, ALLOW_JSON, verb_help, "explain a command, or list them",
         "`paas help roles` lists who may do what, also as JSON.", "paas help config:set\npaas help roles"},
        {"keys", NULL, "", 0, 0, ALLOW_JSON | ALLOW_USER, verb_keys, "list ssh keys", NULL, "paas keys"},
        {"keys:add", NULL, "[FILE]", 0, 1, ALLOW_USER, verb_keys_add, "add an ssh key",
         "FILE holds one public key; without it, or with '-', standard input does. Whoever has the key acts "
         "as the user.",
         "paas keys:add ~/.ssh/id_ed25519.pub\npaas keys:add --user ana < ana.pub"},
        {"keys:remove", NULL, "FINGERPRINT", 1, 1, ALLOW_USER, verb_keys_remove, "remove an ssh key", NULL,
         "paas keys:remove SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU"},
        {"logs", NULL, "", 0, 0, ALLOW_APP | ALLOW_JSON | ALLOW_LOGS, verb_logs, "show the log",
         "What the processes print, what the router answered, what paas did. Lines of builds only with "
         "--source build.",
         "paas logs --tail --app blog\npaas logs -n 500 --source router --app blog"},
        {"open", NULL, "", 0, 0, ALLOW_APP, verb_open, "print the application's address", NULL,
         "paas open --app blog"},
        {"pipelines", NULL, "", 0, 0, ALLOW_JSON, verb_pipelines, "list the pipelines", NULL,
         "paas pipelines"},
        {"pipelines:add", NULL, "PIPELINE", 1, 1, ALLOW_APP | ALLOW_STAGE, verb_pipelines_add,
         "put an application into a pipeline",
         "Stages are review, development, staging and production. An application is in one pipeline at "
         "most.",
         "paas pipelines:add blog --app blog-staging --stage staging"},
        {"pipelines:create", NULL, "PIPELINE", 1, 1, ALLOW_APP | ALLOW_STAGE, verb_pipelines_create,
         "create a pipeline", "With --app and --stage it has its first application at once.",
         "paas pipelines:create blog --app blog --stage production"},
        {"pipelines:destroy", NULL, "PIPELINE", 1, 1, 0, verb_pipelines_destroy, "destroy a pipeline",
         "Its applications stay as they are.", "paas pipelines:destroy blog"},
        {"pipelines:diff", NULL, "", 0, 0, ALLOW_APP | ALLOW_JSON | ALLOW_TO, verb_pipelines_diff,
         "show what a promotion would change",
         "Commits that are here and not there (+) or there and not here (-), and the names of config vars "
         "that "
         "differ. Values are not shown, and a promotion leaves them alone.",
         "paas pipelines:diff --app blog-staging"},
        {"pipelines:info", NULL, "PIPELINE", 1, 1, ALLOW_JSON, verb_pipelines_info, "show a pipeline", NULL,
         "paas pipelines:info blog"},
        {"pipelines:promote", NULL, "", 0, 0, ALLOW_APP | ALLOW_TO, verb_pipelines_promote,
         "release what runs in the next stage",
         "The slug that runs here is released, without a build, in the applications of the pipeline's next "
         "stage, with their own config and their release command; their repositories get the commit. Each "
         "ends by itself: exits with 1 when one failed.",
         "paas pipelines:promote --app blog-staging\npaas pipelines:promote --app blog-staging --to "
         "blog,blog-eu"},
        {"pipelines:remove", NULL, "", 0, 0, ALLOW_APP, verb_pipelines_remove,
         "take an application out of its pipeline", NULL, "paas pipelines:remove --app blog-staging"},
        {"pipelines:update", NULL, "", 0, 0, ALLOW_APP | ALLOW_STAGE, verb_pipelines_update,
         "move an application to another stage", NULL,
         "paas pipelines:update --app blog-staging --stage development"},
        {"ps", NULL, "", 0, 0, ALLOW_APP | ALLOW_JSON, verb_ps, "list the processes", NULL,
         "paas ps --app blog"},
        {"ps:listen", NULL, "[web=KIND]", 0, 1, ALLOW_APP | ALLOW_JSON | ALLOW_NO_RESTART, verb_ps_listen,
         "show or change how a web process gets its connections",
         "KIND is port (it binds $PORT), socket (systemd holds the socket and hands it over as file "
         "descriptor "
         "3), proxy (systemd holds it, and a proxy hands on to $PORT), or auto: port, unless "
         "the "
         "pack starts the process by a command that takes a socket. With socket and proxy a crash or a "
         "restart "
         "refuses no connection. The web processes are replaced by new ones once these have passed their "
         "check.",
         "paas ps:listen --app blog\npaas ps:listen web=socket --app blog"},
        {"ps:rebuild", NULL, "", 0, 0, ALLOW_APP | ALLOW_DEPLOY, verb_deploy,
         "build the current commit again",
         "For a pack or an interpreter that has changed: git push does nothing for the same commit.",
         "paas ps:rebuild --app blog"},
        {"ps:restart", "restart", "[PROCESS]", 0, 1, ALLOW_APP, verb_ps_restart, "restart processes",
         "All of them, those of a type (web), or one (web.1). One after another (of many, a quarter at a "
         "time): "
         "a new one is started and checked before the old one is stopped, or as its strategy says (`paas "
         "settings`).",
         "paas ps:restart --app blog\npaas ps:restart worker.1 --app blog"},
        {"ps:scale", "scale", "[TYPE=N...]", 0, ANY_NUMBER, ALLOW_APP | ALLOW_JSON, verb_ps_scale,
         "say how many processes run",
         "TYPE=N, TYPE+N, TYPE-N; TYPE=N:SIZE sets the size too. Without arguments prints what is set, as "
         "arguments.",
         "paas ps:scale web=2 worker+1 --app blog"},
        {"ps:stop", "ps:kill", "PROCESS", 1, 1, ALLOW_APP, verb_ps_stop, "stop processes",
         "A type (web) stays stopped until it is restarted, scaled or released; one process (web.1) is "
         "started again.",
         "paas ps:stop worker --app blog"},
        {"releases", NULL, "", 0, 0, ALLOW_APP | ALLOW_JSON | ALLOW_NUMBER, verb_releases,
         "list the releases", NULL, "paas releases --app blog"},
        {"releases:info", NULL, "[VERSION]", 0, 1, ALLOW_APP | ALLOW_JSON, verb_releases_info,
         "show a release", "Without VERSION the current one.", "paas releases:info v12 --app blog"},
        {"releases:lock", NULL, "VERSION", 1, 1, ALLOW_APP | ALLOW_REASON, verb_releases_lock,
         "forbid rolling back across a release",
         "For a migration that cannot be undone. Whoever tries is told the reason.",
         "paas releases:lock v12 --reason \"drops the column name\" --app blog"},
        {"releases:output", NULL, "[VERSION]", 0, 1, ALLOW_APP, verb_releases_output,
         "show what its build and release command printed", "Without VERSION the newest one.",
         "paas releases:output v12 --app blog"},
        {"releases:retry", NULL, "[VERSION]", 0, 1, ALLOW_APP, verb_releases_retry,
         "try a failed release again",
         "Makes a new release of the same code and config, without a build. Without VERSION the newest that "
         "failed.",
         "paas releases:retry --app blog"},
        {"releases:unlock", NULL, "VERSION", 1, 1, ALLOW_APP, verb_releases_unlock,
         "allow rolling back across a release", NULL, "paas releases:unlock v12 --app blog"},
        {"releases:watch", NULL, "[VERSION]", 0, 1, ALLOW_APP, verb_releases_watch,
         "wait until it is known whether a release stays",
         "For as long as rollback-window lasts after its switch. Ends with 0 when it stays, or somebody has "
         "released another one; with 1 when it was taken back or is bad, with the reason and what brought "
         "the one before it back. Without VERSION the current one.",
         "paas releases:watch v12 --app blog"},
        {"rollback", "releases:rollback", "[VERSION]", 0, 1, ALLOW_APP | ALLOW_ROLLBACK, verb_rollback,
         "go back to an earlier release",
         "Makes a new release of the old one's code and config, in seconds and without a build. Without "
         "VERSION the newest "
         "before the current one that worked and stayed up.",
         "paas rollback --app blog\npaas rollback v9 --code --app blog"},
        {"router", NULL, "", 0, 0, ALLOW_JSON, verb_router, "show what the router serves",
         "HAProxy's current worker, the old ones that finish their connections after a reload, the servers, "
         "and "
         "every difference to what is current.",
         "paas router"},
        {"run", NULL, "COMMAND...", 1, ANY_NUMBER, ALLOW_RUN, verb_run, "run a command in the application",
         "A process of its own with the current release's files, config vars and limits, on your terminal "
         "when "
         "standard input and output are one, through pipes otherwise. One word is a line for the shell, or "
         "a "
         "process type, whose command runs; several words are a program and its arguments. Options of paas "
         "stand before the command. Exits as the command does, 128 and the signal's number when it was "
         "killed. What it started ends when it ends or the connection does.",
         "paas run --app blog bash\npaas run -a blog 'echo $PORT'\n"
         "pg_dump olddb | paas run -a blog -- psql -q\npaas run -e DEBUG=1 -s standard-2x rake db:migrate",
         true},
        {"run:detached", NULL, "COMMAND...", 1, ANY_NUMBER, ALLOW_RUN_DETACHED, verb_run_detached,
         "run a command without waiting for it",
         "Prints the name of the run; its output is in the log. It is ended after a day, or what "
         "--time-limit "
         "or detached-time-limit in paas.conf says. `paas ps` lists it, `paas ps:stop run.1` stops it, "
         "`paas logs --tail --ps run.1` shows what it prints.",
         "paas run:detached -a blog rake reports", true},
        {"settings", NULL, "", 0, 0, ALLOW_APP | ALLOW_JSON, verb_settings, "list the settings",
         "How the application and each of its process types is run and routed: what holds, what the default "
         "is, and what it means.",
         "paas settings --app blog"},
        {"settings:set", NULL, "KEY=VALUE...", 1, ANY_NUMBER, ALLOW_APP | ALLOW_NO_RESTART,
         verb_settings_set, "change settings",
         "All of them or none; no release is made. KEY= goes back to the default. What is set for a process "
         "type (web.stop-signal) acts on new processes, so those of the type are replaced; with "
         "--no-restart it waits until they are.",
         "paas settings:set drain-timeout=2min --app blog\npaas settings:set worker.stop-signal=SIGINT "
         "--no-restart --app blog"},
        {"settings:unset", NULL, "KEY...", 1, ANY_NUMBER, ALLOW_APP | ALLOW_NO_RESTART, verb_settings_unset,
         "go back to the defaults of settings", NULL, "paas settings:unset drain-timeout --app blog"},
        {"setup", NULL, "", 0, 0, ALLOW_SETUP | ALLOW_JSON, verb_setup, "prepare this host, or check it",
         "Sets the base domain and the first administrator with an ssh key, as often as one likes. Then "
         "checks "
         "what the host needs and says it in words. Without options it only checks.",
         "paas setup --domain example.com --admin ana --key ana.pub"},
        {"teams", NULL, "", 0, 0, ALLOW_JSON, verb_teams, "list the teams", NULL, "paas teams"},
        {"teams:add", NULL, "TEAM USER", 2, 2, 0, verb_teams_add, "add a user to a team",
         "For the lead of the team, and admins. A member has the roles that were given to the team.",
         "paas teams:add web ben"},
        {"teams:create", NULL, "NAME", 1, 1, 0, verb_teams_create, "create a team",
         "For admins. `paas teams:lead` then names its lead, who looks after it.", "paas teams:create web"},
        {"teams:destroy", NULL, "NAME", 1, 1, 0, verb_teams_destroy, "destroy a team",
         "One that owns an application cannot be destroyed. Roles that were given to it end.",
         "paas teams:destroy web"},
        {"teams:lead", NULL, "TEAM USER", 2, 2, 0, verb_teams_lead, "let a user lead a team",
         "The lead adds and removes members, and is the owner of what the team owns.",
         "paas teams:lead web ana"},
        {"teams:remove", NULL, "TEAM USER", 2, 2, 0, verb_teams_remove, "remove a user from a team", NULL,
         "paas teams:remove web ben"},
        {"users", NULL, "", 0, 0, ALLOW_JSON, verb_users, "list the users", NULL, "paas users"},
        {"users:add", NULL, "NAME", 1, 1, ALLOW_NEW_USER, verb_users_add, "add a user",
         "Then `paas keys:add --user NAME` gives the user a key.",
         "paas users:add ben --email ben@example.com"},
        {"users:disable", NULL, "NAME", 1, 1, ALLOW_JSON, verb_users_disable, "end what a user may do",
         "Keys are refused and open connections end at once, deploys under way are cancelled. What they own "
         "stays theirs and is listed: `paas apps:transfer` gives it to somebody else.",
         "paas users:disable ben"},
        {"users:enable", NULL, "NAME", 1, 1, ALLOW_JSON, verb_users_enable, "undo users:disable", NULL,
         "paas users:enable ben"},
        {"users:info", NULL, "NAME", 1, 1, ALLOW_JSON, verb_users_info, "show what a user owns and may do",
         NULL, "paas users:info ben"},
        {"version", NULL, "", 0, 0, ALLOW_JSON, verb_version, "print the versions", NULL, "paas version"},
        {0},
};

const Verb *verb_find(const char *name)
{
        for (const Verb *v = verbs; v->name; v++)
                if (strcmp(v->name, name) == 0 || (v->alias && strcmp(v->alias, name) == 0))
                        return v;
        return NULL;
}

#define WORD_MAX 32

/* How many letters have to be changed, added or left out (Levenshtein). */
static size_t distance(const char *a, const char *b)
{
        size_t row[WORD_MAX + 1], n = strlen(b);

        for (size_t j = 0; j <= n; j++)
                row[j] = j;
        for (size_t i = 1; a[i - 1]; i++) {
                size_t diagonal = row[0];
                row[0] = i;
                for (size_t j = 1; j <= n; j++) {
                        size_t changed = diagonal + (a[i - 1] != b[j - 1]);
                        size_t shorter = row[j - 1] + 1, longer = row[j] + 1;
                        diagonal = row[j];
                        row[j] = changed < shorter ? changed : shorter;
                        if (longer < row[j])
                                row[j] = longer;
                }
        }
        return row[n];
}

const char *verb_nearest(const char *word)
{
        const char *best = NULL;
        size_t best_distance = 3;

        if (strlen(word) > WORD_MAX)
                return NULL;
        for (const Verb *v = verbs; v->name; v++) {
                size_t d = distance(word, v->name);
                if (d < best_distance) {
                        best = v->name;
                        best_distance = d;
                }
        }
        return best;
}
