/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* paas-log: the journal's lines of one application or operation, for a caller that paasd has let in. Its
 * standard output is the caller's pipe; it ends when that is closed. */

#include <errno.h>
#include <signal.h>

#include "basic/file.h"
#include "basic/log.h"
#include "log/options.h"

#define EXIT_USAGE 2

static int print_line(void *userdata, const JournalLine *line)
{
        const Options *o = userdata;
        _cleanup_buffer_ Buffer b = BUFFER_NULL;

        if (line->end)
                return 0;
        int r = format_line(&b, o->format, line);
        return r < 0 ? r : fd_write_all(STDOUT_FILENO, b.data, b.length);
}

int main(int argc, char **argv)
{
        _cleanup_error_ Error e = ERROR_NULL;
        Options o;
        int r = options_parse(argc, argv, &o, &e);
        if (r < 0) {
                log_error(0, "%s (paas-log --help)", error_text(&e, r));
                return EXIT_USAGE;
        }
        if (o.help || o.version) {
                const char *text = o.help ? options_help : "paas-log " PAAS_VERSION "\n";
                return fputs(text, stdout) < 0 || fflush(stdout) != 0 ? EXIT_FAILURE : EXIT_SUCCESS;
        }

        signal(SIGPIPE, SIG_IGN);
        r = journal_read(&o.query, STDOUT_FILENO, print_line, &o, &e);
        if (r < 0 && r != -EPIPE) {
                log_error(0, "%s", error_text(&e, r));
                return EXIT_FAILURE;
        }
        return EXIT_SUCCESS;
}
