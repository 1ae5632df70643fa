/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/handlers.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>

#include "basic/buffer.h"
#include "basic/file.h"
#include "basic/text.h"
#include "cli/cli.h"
#include "cli/term.h"
#include "client/foreign.h"

#define LINES_DEFAULT 100
#define LINE_SHOWN_MAX (64 * 1024)

typedef struct Copy {
        int log;
        bool harmless; /* for a terminal, also one at the other end of ssh */
        bool colour;
        Buffer partial; /* the beginning of a line */
} Copy;

static void copy_clear(Copy *c)
{
        closep(&c->log);
        buffer_clear(&c->partial);
}

/* "<time> app[web.1]: text": what comes before the text is dim, so that the text stands out. */
static int write_line(const Copy *c, const char *line, size_t length)
{
        _cleanup_buffer_ Buffer b = BUFFER_NULL;
        const char *colon = c->colour ? memmem(line, length, "]: ", 3) : NULL;
        size_t head = colon ? (size_t) (colon + 2 - line) : 0;

        if (head > 0) {
                buffer_puts(&b, term_begin(STYLE_DIM));
                foreign_append(&b, line, head);
                buffer_puts(&b, term_end(STYLE_DIM));
        }
        if (c->harmless)
                foreign_append(&b, line + head, length - head);
        else
                buffer_append(&b, line + head, length - head);
        buffer_puts(&b, "\n");
        return b.failed ? -ENOMEM : fd_write_all(STDOUT_FILENO, b.data, b.length);
}

static int take_bytes(Copy *c, const char *data, size_t length)
{
        const char *end = data + length;
        int r = 0;
        for (const char *newline; r >= 0 && (newline = memchr(data, '\n', (size_t) (end - data)));
             data = newline + 1) {
                buffer_append(&c->partial, data, (size_t) (newline - data));
                r = write_line(c, c->partial.data ? c->partial.data : "", c->partial.length);
                buffer_clear(&c->partial);
        }
        buffer_append(&c->partial, data, (size_t) (end - data));
        if (r >= 0 && c->partial.length > LINE_SHOWN_MAX) {
                r = write_line(c, c->partial.data, c->partial.length);
                buffer_clear(&c->partial);
        }
        return r;
}

/* Until the log ends, or nobody reads any more. */
static int copy(Copy *c)
{
        char chunk[65536];
        for (;;) {
                struct pollfd p[] = {{.fd = c->log, .events = POLLIN}, {.fd = STDOUT_FILENO}};
                if (poll(p, ELEMENTSOF(p), -1) < 0 && errno != EINTR)
                        return -errno;
                if (p[1].revents & (POLLERR | POLLHUP | POLLNVAL))
                        return 0;
                ssize_t n = read(c->log, chunk, sizeof(chunk));
                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0)
                        return -errno;
                int r = n == 0 ? 0 : take_bytes(c, chunk, (size_t) n);
                if (n == 0 && c->partial.length > 0)
                        r = write_line(c, c->partial.data, c->partial.length);
                if (n == 0 || r < 0)
                        return r == -EPIPE ? 0 : r;
        }
}

static int append_query(Cli *cli, sd_bus_message *m)
{
        uint64_t lines = LINES_DEFAULT;
        const char *n = cli_value(cli, OPTION_LINES, NULL);
        const char *process = cli_value(cli, OPTION_PS, NULL), *source = cli_value(cli, OPTION_SOURCE, NULL);

        if (n && text_parse_uint(n, 1000 * 1000, &lines) < 0)
                return error_set(&cli->error, -EINVAL, "'%s' is no number of lines (up to 1000000)", n);
        int r = sd_bus_message_open_container(m, 'a', "{sv}");
        if (r >= 0)
                r = sd_bus_message_append(m, "{sv}{sv}{sv}", "lines", "t", lines, "follow", "b",
                                          (int) cli_has(cli, OPTION_TAIL), "json", "b",
                                          (int) cli_has(cli, OPTION_JSON));
        if (r >= 0 && process)
                r = sd_bus_message_append(m, "{sv}", "process", "s", process);
        if (r >= 0 && source)
                r = sd_bus_message_append(m, "{sv}", "source", "s", source);
        return r < 0 ? r : sd_bus_message_close_container(m);
}

/* The log that a method has answered with, to standard output. */
static int show(Cli *cli, sd_bus_message *reply)
{
        _cleanup_(copy_clear) Copy c = {.log = -1};
        int fd, r = sd_bus_message_read(reply, "h", &fd);
        if (r < 0)
                return r;
        c.log = fcntl(fd, F_DUPFD_CLOEXEC, 3);
        if (c.log < 0)
                return -errno;
        bool json = cli_has(cli, OPTION_JSON);
        c.colour = !json && term_has_colour();
        c.harmless = !json && (term_is_terminal() || cli->key);
        return copy(&c);
}

int verb_logs(Cli *cli)
{
        _cleanup_message_ sd_bus_message *m = NULL, *reply = NULL;
        const char *app;
        Client *client;

        int r = cli_app(cli, &app);
        if (r >= 0)
                r = cli_connect(cli, &client);
        if (r >= 0)
                r = client_app_message(client, app, "OpenLog", &m, &cli->error);
        if (r >= 0)
                r = append_query(cli, m);
        if (r >= 0)
                r = client_app_send(client, app, m, &reply, &cli->error);
        return r < 0 ? r : show(cli, reply);
}

int verb_releases_output(Cli *cli)
{
        _cleanup_message_ sd_bus_message *m = NULL, *reply = NULL;
        const char *app;
        Client *client;
        uint64_t version;

        int r = cli_release(cli, &version);
        if (r >= 0)
                r = cli_app(cli, &app);
        if (r >= 0)
                r = cli_connect(cli, &client);
        if (r >= 0)
                r = client_app_message(client, app, "OpenReleaseLog", &m, &cli->error);
        if (r >= 0)
                r = sd_bus_message_append(m, "t", version);
        if (r >= 0)
                r = client_app_send(client, app, m, &reply, &cli->error);
        return r < 0 ? r : show(cli, reply);
}
