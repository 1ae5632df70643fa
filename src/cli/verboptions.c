/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/verboptions.h"

static const OptionInfo infos[_OPTION_MAX] = {
        [OPTION_APP] = {'a', "app", "NAME", "the application; without it the git remote 'paas' tells"},
        [OPTION_REMOTE] = {'r', "remote", "REMOTE", "the git remote that tells the application"},
        [OPTION_JSON] = {'\0', "json", 0, "print JSON, for programs"},
        [OPTION_SHELL] = {'s', "shell", 0, "print NAME='value' lines that a shell can read"},
        [OPTION_TAIL] = {'t', "tail", 0, "go on with what comes"},
        [OPTION_LINES] = {'n', "lines", "N", "how many of the last lines (100)"},
        [OPTION_PS] = {'p', "ps", "PROCESS", "only this process (web.1) or type (web)"},
        [OPTION_SOURCE] = {'s', "source", "SOURCE", "only lines of app, router, build or paas"},
        [OPTION_CONFIRM] = {'\0', "confirm", "NAME", "the application's name again"},
        [OPTION_USER] = {'u', "user", "USER", "of this user, for administrators"},
        [OPTION_EMAIL] = {'\0', "email", "ADDRESS", "the user's address"},
        [OPTION_ADMIN] = {'\0', "admin", 0, "the user may act on users and others' keys"},
        [OPTION_ADMIN_NAME] = {'\0', "admin", "USER", "the first administrator"},
        [OPTION_DOMAIN] = {'\0', "domain", "DOMAIN", "applications get names below it"},
        [OPTION_KEY] = {'\0', "key", "FILE", "the administrator's public ssh key"},
        [OPTION_DETACH] = {'\0', "detach", 0, "do not wait for the end"},
        [OPTION_NO_ROLLBACK] = {'\0', "no-rollback", 0, "the release may not be rolled back across"},
        [OPTION_NUMBER] = {'n', "number", "N", "how many, the newest first (15; 0: all)"},
        [OPTION_CODE] = {'\0', "code", 0, "only the code; config vars stay as they are"},
        [OPTION_CONFIG] = {'\0', "config", 0, "only the config vars; the code stays as it is"},
        [OPTION_RUN_RELEASE] = {'\0', "run-release", 0,
                                "run its release command, which is otherwise not run"},
        [OPTION_FORCE] = {'\0', "force", 0, "also back across a locked release, for owners"},
        [OPTION_REASON] = {'\0', "reason", "TEXT", "why, in one line"},
        [OPTION_ROLE] = {'\0', "role", "ROLE", "viewer, deployer or operator"},
        [OPTION_SUPERSEDE] = {'\0', "supersede", 0,
                              "cancel deploys that came before and are not released yet"},
        [OPTION_FILE] = {'f', "file", "FILE", "take NAME=value lines from it; - is standard input"},
        [OPTION_REPLACE] = {'\0', "replace", 0, "remove what the file does not name"},
        [OPTION_DRY_RUN] = {'\0', "dry-run", 0, "say what would be done, and do nothing"},
        [OPTION_NO_RESTART] = {'\0', "no-restart", 0, "record it for the next release, start nothing"},
        [OPTION_YES] = {'y', "yes", 0, "do not ask"},
        [OPTION_NAMES] = {'\0', "names", 0, "names only, no values"},
        [OPTION_ENV] = {'\0', "env", 0, "print the lines that config:set --file reads"},
        [OPTION_ACTOR] = {'\0', "actor", "USER", "only what this user did"},
        [OPTION_ACTION] = {'\0', "action", "ACTION",
                           "only this (config:set), or all that begin so (config)"},
        [OPTION_REFUSED] = {'\0', "refused", 0, "only what was refused"},
        [OPTION_SINCE] = {'\0', "since", "TIME", "nothing older: 2h, 7d, 2026-11-21T03:27:00Z"},
        [OPTION_FOLLOW] = {'f', "follow", 0, "go on with what comes"},
        [OPTION_SIZE] = {'s', "size", "SIZE", "how much memory and processor it may use (standard-1x)"},
        [OPTION_VARIABLE] = {'e', "env", "NAME=VALUE", "a variable for this run only; may be given again",
                             true},
        [OPTION_TIME_LIMIT] = {'\0', "time-limit", "TIME", "end it after this time, as 90s or 2h"},
        [OPTION_NO_TTY] = {'\0', "no-tty", 0, "pipes and no terminal"},
        [OPTION_DESTROYED] = {'\0', "destroyed", 0, "those that were destroyed and can be restored"},
        [OPTION_AS] = {'\0', "as", "NAME", "under this name"},
        [OPTION_HELP] = {'h', "help", 0, "explain this command"},
};

const OptionInfo *option_info(Option o)
{
        return &infos[o];
}
