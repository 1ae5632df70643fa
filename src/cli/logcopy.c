/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/logcopy.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>

#include "basic/buffer.h"
#include "basic/file.h"
#include "cli/term.h"
#include "client/foreign.h"

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

int log_copy(Cli *cli, int fd)
{
        _cleanup_(copy_clear) Copy c = {.log = fcntl(fd, F_DUPFD_CLOEXEC, 3)};
        bool json = cli_has(cli, OPTION_JSON);
        if (c.log < 0)
                return -errno;
        c.colour = !json && term_has_colour();
        c.harmless = !json && (term_is_terminal() || cli->key);
        return copy(&c);
}
