/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/cli.h"

#include <errno.h>
#include <stdarg.h>

#include "basic/buffer.h"
#include "basic/file.h"
#include "basic/text.h"
#include "bus/bus.h"
#include "cli/gitremote.h"
#include "client/aftermath.h"
#include "client/foreign.h"
#include "client/reply.h"
#include "model/name.h"
#include "model/user.h"

void cli_clear(Cli *cli)
{
        client_free(cli->client);
        free(cli->app);
        error_clear(&cli->error);
        *cli = (Cli){0};
}

bool cli_has(const Cli *cli, Option o)
{
        return cli->invocation->values[o];
}

const char *cli_value(const Cli *cli, Option o, const char *otherwise)
{
        const char *value = cli->invocation->values[o];
        return value ? value : otherwise;
}

/* Only on the person's own machine: over ssh there is no working directory of theirs. */
static int app_of_remote(Cli *cli, const char *remote)
{
        _cleanup_free_ char *url = NULL;
        if (cli->key)
                return -ENOENT;
        int r = git_remote_url(remote, &url);
        if (r < 0)
                return r;
        r = git_url_app(url, &cli->app);
        if (r < 0)
                return error_set(&cli->error, r, "The git remote %s is %s, which names no application",
                                 remote, url);
        return 0;
}

int cli_app(Cli *cli, const char **ret)
{
        const char *remote = cli_value(cli, OPTION_REMOTE, NULL);
        const char *name = cli_value(cli, OPTION_APP, NULL);
        int r = 0;

        if (!name && !remote)
                name = cli->default_app;
        if (cli->app)
                r = 0;
        else if (name)
                r = text_replace(&cli->app, name);
        else
                r = app_of_remote(cli, remote ? remote : "paas");
        if (r == -ENOENT && remote)
                return error_set(&cli->error, r,
                                 "There is no git remote '%s' here: name the application, --app NAME",
                                 remote);
        if (r == -ENOENT)
                return error_set(
                        &cli->error, -EINVAL,
                        "Which application? Add --app NAME (here is no git remote 'paas' that tells)");
        if (r >= 0)
                r = app_name_check(cli->app, &cli->error);
        if (r < 0)
                return r;
        *ret = cli->app;
        return 0;
}

int cli_connect(Cli *cli, Client **ret)
{
        if (!cli->client) {
                int r = client_open(cli->key, &cli->client, &cli->error);
                if (r < 0)
                        return r;
        }
        *ret = cli->client;
        return 0;
}

static int take_reply(Cli *cli, const char *method, sd_bus_message *reply, Json **ret)
{
        if (!ret)
                return 0;
        if (sd_bus_message_is_empty(reply)) {
                *ret = NULL;
                return 0;
        }
        int r = reply_to_json(reply, ret);
        return r < 0 ? error_set(&cli->error, r, "paasd's answer to %s cannot be read", method) : 0;
}

/* Makes the call with its arguments and takes the answer. */
static int ask(Cli *cli, const char *app, const char *method, Json **ret, const char *types, va_list ap)
{
        _cleanup_message_ sd_bus_message *m = NULL, *reply = NULL;
        Client *client;

        int r = cli_connect(cli, &client);
        if (r >= 0)
                r = app ? client_app_message(client, app, method, &m, &cli->error)
                        : client_message(client, BUS_PATH, BUS_MANAGER_INTERFACE, method, &m, &cli->error);
        if (r >= 0 && types && *types) {
                r = sd_bus_message_appendv(m, types, ap);
                if (r < 0)
                        return error_set(&cli->error, r, "An argument is not valid UTF-8 text");
        }
        if (r >= 0)
                r = app ? client_app_send(client, app, m, &reply, &cli->error)
                        : client_send(client, m, &reply, &cli->error);
        return r < 0 ? r : take_reply(cli, method, reply, ret);
}

int cli_ask(Cli *cli, const char *method, Json **ret, const char *types, ...)
{
        va_list ap;
        va_start(ap, types);
        int r = ask(cli, NULL, method, ret, types, ap);
        va_end(ap);
        return r;
}

int cli_ask_app(Cli *cli, const char *method, Json **ret, const char *types, ...)
{
        const char *app;
        int r = cli_app(cli, &app);
        if (r < 0)
                return r;
        va_list ap;
        va_start(ap, types);
        r = ask(cli, app, method, ret, types, ap);
        va_end(ap);
        return r;
}

static void show_line(void *userdata, const char *line, size_t length)
{
        _cleanup_buffer_ Buffer b = BUFFER_NULL;
        (void) userdata;
        foreign_append(&b, line, length);
        buffer_puts(&b, "\n");
        if (!b.failed)
                (void) fd_write_all(STDERR_FILENO, b.data, b.length); /* nobody to tell */
}

static void show_away(void *userdata)
{
        static const char text[] = "-----> The control plane is being restarted; waiting for it";
        show_line(userdata, text, strlen(text));
}

int cli_follow(Cli *cli, const char *path, Job *ret)
{
        const JobFollow want = {.watch_fd = STDOUT_FILENO, .line = show_line, .away = show_away};
        _cleanup_job_ Job job = JOB_NULL;
        Client *client;

        if (streq(path, "/"))
                return 1;
        int r = cli_connect(cli, &client);
        if (r >= 0)
                r = job_follow(client, path, &want, &job, &cli->error);
        if (r == -ENOENT)
                return error_set(&cli->error, -EIO,
                                 "The control plane was restarted and does not know the outcome: "
                                 "`paas releases` and `paas ps` tell what is true now");
        if (r < 0)
                return r;
        if (job.state == JOB_CANCELED)
                return error_set(&cli->error, -ECANCELED, "%s",
                                 *job.error ? job.error : "It was cancelled; nothing has changed");
        if (job.state != JOB_SUCCEEDED)
                return error_set(&cli->error, -EIO, "%s", *job.error ? job.error : "It failed");
        if (ret) {
                *ret = job;
                job = JOB_NULL;
        }
        return 0;
}

int cli_watch(Cli *cli, const char *app, uint64_t version)
{
        const JobFollow want = {.watch_fd = STDOUT_FILENO, .line = show_line, .away = show_away};
        Client *client;
        int r = cli_connect(cli, &client);
        return r < 0 ? r : watch_release(client, app, version, &want, &cli->error);
}

int cli_release(Cli *cli, uint64_t *ret)
{
        const char *word = cli->invocation->n_arguments > 0 ? cli->invocation->arguments[0] : "v0";
        if (text_parse_uint(*word == 'v' ? word + 1 : word, INT64_MAX, ret) < 0)
                return error_set(&cli->error, -EINVAL, "'%s' is no release: they are called v1, v2, …",
                                 word);
        return 0;
}

int cli_print_json(Cli *cli, const Json *j)
{
        _cleanup_free_ char *text = NULL;
        int r = js_format(j, &text);
        if (r < 0)
                return error_set(&cli->error, r, "The answer cannot be printed");
        fputs(text, stdout);
        return 0;
}

int cli_read_key(Cli *cli, const char *file, char **ret)
{
        _cleanup_free_ char *text = NULL;
        int r;

        if (file && strchr(file, ' ')) {
                text = strdup(file);
                r = text ? 0 : -ENOMEM;
        } else if (!file || streq(file, "-"))
                r = fd_read_all(STDIN_FILENO, SSH_KEY_LINE_MAX, &text, NULL);
        else if (cli->key)
                return error_set(
                        &cli->error, -EINVAL,
                        "%s is not a file of this host: over ssh a key comes by standard input, as in "
                        "`ssh paas@host keys:add < ~/.ssh/id_ed25519.pub`",
                        file);
        else
                r = file_read(file, SSH_KEY_LINE_MAX, &text, NULL);
        if (r == -EFBIG)
                return error_set(&cli->error, -EINVAL, "That is too long to be one public key");
        if (r < 0)
                return error_set(&cli->error, r == -ENOENT ? -EINVAL : r, "The key %s cannot be read: %s",
                                 file ? file : "on standard input", strerror(-r));
        char *line = text + strspn(text, " \t\r\n");
        line[strcspn(line, "\r\n")] = '\0';
        if (!*line)
                return error_set(
                        &cli->error, -EINVAL,
                        "There is no key in it: a public key is one line like 'ssh-ed25519 AAAA… name'");
        if (strstr(line, "PRIVATE KEY"))
                return error_set(
                        &cli->error, -EINVAL,
                        "That is a private key, which nobody else should have: the public one is beside "
                        "it and ends in .pub");
        *ret = strdup(line);
        return *ret ? 0 : -ENOMEM;
}
