/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* paas: the command line. What it does stands in the table of verbs; how, in verb-*.c. */

#include <errno.h>
#include <signal.h>
#include <stdio.h>

#include "basic/text.h"
#include "cli/arguments.h"
#include "cli/cli.h"
#include "cli/helptext.h"
#include "cli/verbtable.h"
#include "client/foreign.h"
#include "model/paths.h"

static int exit_status(int r)
{
        switch (r) {
        case -EINVAL:
        case -E2BIG:
                return CLI_USAGE;
        case -EPERM:
        case -EACCES:
                return CLI_REFUSED;
        case -ENOENT:
                return CLI_NOT_FOUND;
        case -CLIENT_EAWAY:
                return CLI_AWAY;
        default:
                return CLI_FAILED;
        }
}

static int complain(const Error *e, int r)
{
        _cleanup_buffer_ Buffer b = BUFFER_NULL;
        const char *text = error_text(e, r);

        for (const char *p = text;;) {
                size_t n = strcspn(p, "\n");
                foreign_append(&b, p, n);
                buffer_puts(&b, "\n");
                if (!p[n] || !p[n + 1])
                        break;
                p += n + 1;
        }
        fprintf(stderr, "paas: %s", b.data ? b.data : "out of memory\n");
        return exit_status(r);
}

/* With a server named, the work is done there: the same small client that laptops have hands it over. */
static int hand_over(char **argv)
{
        execv(PAAS_LIB "/paas-remote", argv);
        fprintf(stderr, "paas: %s/paas-remote cannot be started: %s\n", PAAS_LIB, strerror(errno));
        return CLI_FAILED;
}

static int run(char **words, Cli *cli)
{
        _cleanup_arguments_ Invocation invocation = {0};

        int r = arguments_parse(words, &invocation, &cli->error);
        if (r < 0)
                return complain(&cli->error, r);
        cli->invocation = &invocation;
        if (cli_has(cli, OPTION_HELP)) {
                help_print(invocation.verb);
                return CLI_OK;
        }
        r = invocation.verb->run(cli);
        if (fflush(stdout) != 0 && r >= 0)
                r = error_set(&cli->error, -errno, "The output cannot be written: %s", strerror(errno));
        return r < 0 ? complain(&cli->error, r) : r;
}

int main(int argc, char **argv)
{
        const char *host = getenv("PAAS_HOST"), *key = getenv("PAAS_KEY");
        _cleanup_(cli_clear) Cli cli = {.key = key && *key ? key : NULL};
        char **words = argv + (argc > 0);

        if (host && *host && !cli.key)
                return hand_over(argv);

        /* Who reads us may have enough of it. */
        signal(SIGPIPE, SIG_DFL);
        cli.default_app = words[0] ? text_after(words[0], "--default-app=") : NULL;
        if (cli.default_app)
                words++;
        else
                cli.default_app = getenv("PAAS_APP");
        if (!words[0] || streq(words[0], "--help") || streq(words[0], "-h")) {
                help_print_all();
                return CLI_OK;
        }
        if (streq(words[0], "--version")) {
                printf("paas %s\n", PAAS_VERSION);
                return CLI_OK;
        }
        return run(words, &cli);
}
