/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What a verb has in its hands: what was typed, the connection to paasd, and the way to the person. */

#include <stdbool.h>
#include <stdint.h>

#include "cli/verb.h"
#include "client/client.h"
#include "client/jobview.h"
#include "json/json.h"

/* Exit statuses; paas(1) lists them. */
enum {
        CLI_OK = 0,
        CLI_FAILED = 1,
        CLI_USAGE = 2,
        CLI_REFUSED = 3,
        CLI_NOT_FOUND = 4,
        CLI_AWAY = 5,
};

struct Cli {
        const Invocation *invocation;
        const char *default_app; /* what the laptop's git remote said; NULL: nothing */
        const char *key;         /* fingerprint of a caller who came by ssh; NULL: a local one */
        char *app;               /* owned; once it was asked for */
        Client *client;          /* owned; once it was needed */
        Error error;
};

void cli_clear(Cli *cli);

/* Whether the option was given, and its value. */
bool cli_has(const Cli *cli, Option o);
const char *cli_value(const Cli *cli, Option o, const char *otherwise);

/* The application that is meant: --app, the git remote, or an error that says how to name one. */
int cli_app(Cli *cli, const char **ret);

int cli_connect(Cli *cli, Client **ret);

/* Ask the manager, the application: the first value of the answer, or NULL where there is none. `ret` may be
 * NULL. */
int cli_ask(Cli *cli, const char *method, Json **ret, const char *types, ...);
int cli_ask_app(Cli *cli, const char *method, Json **ret, const char *types, ...);

/* The same, then follows the job that the answer names ("/": there is none, then 1 comes back) and shows its
 * log on standard error. 0 when it succeeded. `ret` may be NULL. */
int cli_follow(Cli *cli, const char *path, Job *ret);

/* Waits until it is known whether a release (0: the current one) stays; an error when it does not. */
int cli_watch(Cli *cli, const char *app, uint64_t version);

/* The release that the first argument names ("v12", "12"); 0 when there is none. */
int cli_release(Cli *cli, uint64_t *ret);

int cli_print_json(Cli *cli, const Json *j);

/* For the verbs that read a public key: from a file, from standard input ("-", NULL), or the key itself. */
int cli_read_key(Cli *cli, const char *file, char **ret);
