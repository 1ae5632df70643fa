/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * paas-init: the first program of every process of an application.
 *
 * The unit hands the Procfile's command over in $PAAS_COMMAND, out of a file that only root reads, since `$`
 * changes its meaning in a unit's argv. Here it becomes the text of one `bash -c`, after a first line that
 * sources what the packs left in .profile.d and the developer in .profile. Nothing is quoted, split or
 * evaluated twice: bash reads the command exactly as it stands in the Procfile, expands $PORT and the
 * config vars in that one shell, and puts the last simple command into its own place, so that signals
 * reach the application and not a shell around it.
 *
 * Arguments, which a check has, become that shell's parameters.
 *
 * Its messages are for the application's developer and go to standard error, which is the application's log.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "basic/cleanup.h"
#include "init/proxy.h"

#define EXIT_NOT_FOUND 127 /* as a shell says "no such command" */

/* One line, so that bash counts the command's own lines from 2. */
static const char prologue[] = "for _paas_f in ~/.profile.d/*.sh ~/.profile; do "
                               "[[ -r $_paas_f ]] && . \"$_paas_f\"; "
                               "done; unset _paas_f";

/* For trying a command outside of a unit; the units do not set it. */
static const char *app_directory(void)
{
        const char *d = getenv("PAAS_INIT_DIRECTORY");
        return d ? d : "/app";
}

static int fail(const char *what, const char *next)
{
        fprintf(stderr, "paas-init: %s: %s. %s\n", what, strerror(errno), next);
        return EXIT_NOT_FOUND;
}

int main(int argc, char **argv)
{
        const char *command = getenv("PAAS_COMMAND");
        if (!command || !*command) {
                fputs("paas-init: there is no command to run: $PAAS_COMMAND is empty. Only paas starts "
                      "this program.\n",
                      stderr);
                return EXIT_NOT_FOUND;
        }
        _cleanup_free_ char *script = NULL;
        if (asprintf(&script, "%s\n%s", prologue, command) < 0)
                return fail("reading the command", "Try again.");

        char bash[] = "bash", option[] = "-c";
        const char *directory = app_directory();
        if (chdir(directory) < 0)
                return fail(directory, "The slug of this release is not mounted; deploy again.");
        if (setenv("HOME", directory, 1) < 0 || unsetenv("PAAS_COMMAND") < 0 ||
            unsetenv("PAAS_INIT_DIRECTORY") < 0)
                return fail("setting the environment", "Try again.");

        if (proxy_begin() < 0)
                return fail("starting the proxy", "Try again.");
        char **words = calloc((size_t) argc + 4, sizeof(char *)); /* lives as long as the program */
        if (!words)
                return fail("reading the command", "Try again.");
        words[0] = words[3] = bash;
        words[1] = option;
        words[2] = script;
        for (int i = 1; i < argc; i++)
                words[i + 3] = argv[i];
        execv("/bin/bash", words);
        return fail("/bin/bash", "Processes are run by bash: on Debian, sudo apt-get install bash.");
}
