/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* paas: the command line. What it does stands in the table of verbs; how, in verb-*.c. */

#include <errno.h>
#include <limits.h>
#include <stdio.h>

#include "basic/file.h"
#include "basic/strv.h"
#include "basic/text.h"
#include "cli/arguments.h"
#include "cli/cli.h"
#include "cli/helptext.h"
#include "cli/verbtable.h"
#include "client/foreign.h"
#include "model/paths.h"

#define WORDS_MAX (512 * 1024)

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
                cli->invocation = NULL;
                return CLI_OK;
        }
        r = invocation.verb->run(cli);
        cli->invocation = NULL;
        if (fflush(stdout) != 0 && r >= 0)
                r = error_set(&cli->error, -errno, "The output cannot be written: %s", strerror(errno));
        return r < 0 ? complain(&cli->error, r) : r;
}

/* paas-shell hands its caller's words over by descriptor: `--words=3`, each ended by a NUL. */
static int read_words(const char *number, char ***ret)
{
        _cleanup_free_ char *text = NULL;
        _cleanup_strv_ char **words = NULL;
        uint64_t fd;
        size_t length;

        int r = text_parse_uint(number, INT_MAX, &fd);
        if (r < 0)
                return r;
        _cleanup_close_ int owned = (int) fd;
        r = fd_read_all(owned, WORDS_MAX, &text, &length);
        for (const char *p = text; r >= 0 && p < text + length; p += strlen(p) + 1)
                r = strv_append(&words, p);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(words);
        return 0;
}

/* "A=secret", "--env=A=secret", "-eA=secret" */
static char *secret_of(char *word)
{
        char *from = word;
        if (text_after(word, "--env="))
                from += strlen("--env=");
        else if (word[0] == '-' && word[1] != 'e')
                return NULL;
        char *value = strchr(from, '=');
        return value ? value + 1 : NULL;
}

/* Our own words, and none of their values where everybody could read them (proc(5), cmdline). */
static int take_words(char **argv, char ***ret)
{
        const char *number = argv[0] ? text_after(argv[0], "--words=") : NULL;
        if (number)
                return read_words(number, ret);

        int r = 0;
        for (char **word = argv; r >= 0 && *word; word++) {
                r = strv_append(ret, *word);
                char *value = secret_of(*word);
                if (value)
                        memset(value, 0, strlen(value));
        }
        return r;
}

int main(int argc, char **argv)
{
        const char *host = getenv("PAAS_HOST"), *key = getenv("PAAS_KEY");
        _cleanup_(cli_clear) Cli cli = {.key = key && *key ? key : NULL};
        _cleanup_strv_ char **words = NULL;

        if (host && *host && !cli.key)
                return hand_over(argv);

        int r = take_words(argv + (argc > 0), &words);
        if (r < 0) {
                fprintf(stderr, "paas: what to do cannot be read: %s\n", strerror(-r));
                return CLI_FAILED;
        }
        char **rest = words;
        cli.default_app = rest && *rest ? text_after(*rest, "--default-app=") : NULL;
        if (cli.default_app)
                rest++;
        else
                cli.default_app = getenv("PAAS_APP");
        if (!rest || !*rest || streq(*rest, "--help") || streq(*rest, "-h")) {
                help_print_all();
                return CLI_OK;
        }
        if (streq(*rest, "--version")) {
                printf("paas %s\n", PAAS_VERSION);
                return CLI_OK;
        }
        return run(rest, &cli);
}
