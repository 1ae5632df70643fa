/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* paas-log: reads and follows the journal for one caller that paasd authorised. Its output is their pipe. */

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>

#include "basic/log.h"
#include "basic/text.h"
#include "journal/journal.h"
#include "log/output.h"

static const char help[] =
        "Usage: paas-log --app NAME [--process P] [--source S] [--lines N] [--follow] [--json]\n"
        "       paas-log --operation APP/N\n\n"
        "Prints journal entries of one application, or follows one operation to its end.\n"
        "paasd starts it; by hand it needs group systemd-journal.\n\n"
        "  --app NAME       the application\n"
        "  --process P      only this type (web) or process (web.1)\n"
        "  --source S       app, router, build, release or paas\n"
        "  --lines N        the last N lines (100)\n"
        "  --follow         go on with what comes\n"
        "  --json           one JSON object a line\n"
        "  --operation ID   the log of one operation\n\n"
        "Example: paas-log --app blog --process web --lines 20 --follow\n";

static int parse(int argc, char **argv, JournalQuery *q, bool *json)
{
        enum { APP = 256, PROCESS, SOURCE, LINES, FOLLOW, JSON, OPERATION, VERSION };
        static const struct option options[] = {
                {"app", required_argument, NULL, APP},
                {"process", required_argument, NULL, PROCESS},
                {"source", required_argument, NULL, SOURCE},
                {"lines", required_argument, NULL, LINES},
                {"follow", no_argument, NULL, FOLLOW},
                {"json", no_argument, NULL, JSON},
                {"operation", required_argument, NULL, OPERATION},
                {"help", no_argument, NULL, 'h'},
                {"version", no_argument, NULL, VERSION},
                {0},
        };
        for (int c; (c = getopt_long(argc, argv, "h", options, NULL)) != -1;) {
                switch (c) {
                case APP:
                        q->app = optarg;
                        break;
                case PROCESS:
                        q->process = optarg;
                        break;
                case SOURCE:
                        q->source = optarg;
                        break;
                case LINES:
                        if (text_parse_uint(optarg, 1000000, &q->lines) < 0)
                                return log_error(-EINVAL, "--lines=%s", optarg);
                        break;
                case FOLLOW:
                        q->follow = true;
                        break;
                case JSON:
                        *json = true;
                        break;
                case OPERATION:
                        q->operation = optarg;
                        q->follow = true;
                        break;
                case 'h':
                        fputs(help, stdout);
                        exit(EXIT_SUCCESS);
                case VERSION:
                        puts("paas-log " PAAS_VERSION);
                        exit(EXIT_SUCCESS);
                default:
                        return -EINVAL;
                }
        }
        if (optind < argc || (!q->app && !q->operation))
                return log_error(-EINVAL, "give --app or --operation (see --help)");
        return 0;
}

int main(int argc, char **argv)
{
        JournalQuery q = {.lines = 100};
        bool json = false;
        _cleanup_error_ Error e = ERROR_NULL;

        signal(SIGPIPE, SIG_IGN);
        if (parse(argc, argv, &q, &json) < 0)
                return 2;
        OutputFormat format = json ? OUTPUT_JSON : q.operation ? OUTPUT_RAW : OUTPUT_TEXT;
        int r = journal_read(&q, STDOUT_FILENO, output_line, &format, &e);
        if (r < 0 && r != -EPIPE) {
                log_error(0, "%s", error_text(&e, r));
                return EXIT_FAILURE;
        }
        return EXIT_SUCCESS;
}
