/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/handlers.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "basic/buffer.h"
#include "basic/file.h"
#include "basic/text.h"
#include "cli/configchange.h"
#include "cli/scratch.h"
#include "client/foreign.h"
#include "model/dotenv.h"

extern char **environ;

static const char *editor(void)
{
        static const char *const names[] = {"VISUAL", "EDITOR"};
        for (size_t i = 0; i < ELEMENTSOF(names); i++) {
                const char *value = getenv(names[i]);
                if (value && *value)
                        return value;
        }
        return "editor";
}

/* What is in $EDITOR is a command with its options. Ctrl-C is the editor's, while it runs. */
static int run_editor(Cli *cli, char *file)
{
        _cleanup_free_ char *command = NULL;
        char shell[] = "/bin/sh", option[] = "-c", name[] = "editor";
        posix_spawnattr_t attributes;
        sigset_t defaults;
        pid_t pid;
        int status;

        if (asprintf(&command, "%s \"$1\"", editor()) < 0)
                return -ENOMEM;
        char *const argv[] = {shell, option, command, name, file, NULL};
        (void) sigemptyset(&defaults);
        (void) sigaddset(&defaults, SIGINT);
        (void) sigaddset(&defaults, SIGQUIT);
        (void) posix_spawnattr_init(&attributes);
        (void) posix_spawnattr_setsigdefault(&attributes, &defaults);
        (void) posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
        (void) signal(SIGINT, SIG_IGN);
        (void) signal(SIGQUIT, SIG_IGN);
        int r = -posix_spawn(&pid, shell, NULL, &attributes, argv, environ);
        (void) posix_spawnattr_destroy(&attributes);
        while (r == 0 && waitpid(pid, &status, 0) < 0)
                if (errno != EINTR)
                        r = -errno;
        (void) signal(SIGINT, SIG_DFL);
        (void) signal(SIGQUIT, SIG_DFL);
        if (r == 0 && (!WIFEXITED(status) || WEXITSTATUS(status) != 0))
                r = -ECANCELED;
        return r < 0 ? error_set(&cli->error, r,
                                 "The editor '%s' failed: nothing was changed ($VISUAL and $EDITOR "
                                 "name another)",
                                 editor())
                     : 0;
}

static int write_file(Cli *cli, const char *file, const Config *now)
{
        _cleanup_buffer_ Buffer b = BUFFER_NULL;
        _cleanup_free_ char *text = NULL;
        int r = dotenv_format(now, &text);
        if (r < 0)
                return r;
        buffer_printf(&b,
                      "# The config vars of %s, NAME=value a line. What is deleted here is unset.\n"
                      "# In \"double quotes\" \\n is a newline, \\\" a quote and \\\\ a backslash.\n",
                      cli->app);
        buffer_puts(&b, text);
        r = b.failed ? -ENOMEM : file_write(file, b.data, b.length, 0600, FILE_OWNER_SELF, FILE_NO_SYNC);
        explicit_bzero(text, strlen(text));
        if (b.data)
                explicit_bzero(b.data, b.length);
        return r < 0 ? error_set(&cli->error, r, "%s cannot be written: %s", file, strerror(-r)) : 0;
}

static int read_file(Cli *cli, const char *file, Config *ret)
{
        char *text = NULL;
        size_t length = 0;
        int r = file_read(file, DOTENV_MAX_BYTES, &text, &length);
        if (r < 0)
                return error_set(&cli->error, r, "What was edited cannot be read: %s", strerror(-r));
        r = dotenv_parse(text, length, "the file", ret, &cli->error);
        explicit_bzero(text, length);
        free(text);
        return r;
}

/* An empty line is `otherwise`, the end of the input is no. */
static bool confirm(const char *question, bool otherwise)
{
        char line[64];
        fprintf(stderr, "%s %s ", question, otherwise ? "[Y/n]" : "[y/N]");
        (void) fflush(stderr);
        if (!fgets(line, sizeof(line), stdin))
                return false;
        return line[0] == '\n' ? otherwise : line[0] == 'y' || line[0] == 'Y';
}

static bool offer_again(const Cli *cli, int r)
{
        _cleanup_buffer_ Buffer b = BUFFER_NULL;
        const char *text = error_text(&cli->error, r);
        foreign_append(&b, text, strlen(text));
        fprintf(stderr, "paas: %s\n", b.data ? b.data : "");
        return confirm("Edit it again?", true);
}

/* 0: carried out, or nothing to do; -ECANCELED: no more of it. */
static int take(Cli *cli, const char *file, const Config *now)
{
        _cleanup_config_ Config want = CONFIG_NULL;
        _cleanup_config_plan_ ConfigPlan plan = CONFIG_PLAN_NULL;
        int r = read_file(cli, file, &want);
        if (r >= 0)
                r = config_plan(now, &want, false, &plan);
        if (r < 0)
                return r;
        if (config_plan_is_empty(&plan)) {
                printf("Nothing has changed in %s\n", cli->app);
                return CLI_OK;
        }
        config_plan_show(&plan, stderr);
        if (!cli_has(cli, OPTION_YES) && !confirm("Is this what you want?", true))
                return error_set(&cli->error, -ECANCELED, "Nothing was changed");
        return config_plan_carry_out(cli, &plan);
}

int verb_config_edit(Cli *cli)
{
        _cleanup_config_ Config now = CONFIG_NULL;
        _cleanup_scratch_ Scratch scratch = SCRATCH_NULL;
        _cleanup_free_ char *file = NULL;

        if (cli->key)
                return error_set(
                        &cli->error, -EINVAL,
                        "An editor runs on your own computer: the laptop client does it, or `config --env` "
                        "and `config:set --file - --replace`");
        int r = config_read(cli, &now);
        if (r >= 0)
                r = scratch_make(&scratch, &cli->error);
        if (r >= 0 && asprintf(&file, "%s/%s.env", scratch.path, cli->app) < 0)
                r = -ENOMEM;
        if (r >= 0)
                r = write_file(cli, file, &now);
        while (r >= 0) {
                r = run_editor(cli, file);
                if (r < 0)
                        return r;
                r = take(cli, file, &now);
                if (r >= 0 || r == -ECANCELED || !offer_again(cli, r))
                        return r;
                error_clear(&cli->error);
                r = 0;
        }
        return r;
}
