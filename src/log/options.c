/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "log/options.h"

#include <errno.h>
#include <getopt.h>

#include "basic/text.h"

#define LINES_DEFAULT 100

const char options_help[] =
        "paas-log --app NAME [--app-id UUID] [--process P] [--source S] [--lines N] [--follow] [--json]\n"
        "paas-log --audit [--app NAME] [--actor NAME] [--action A] [--refused] [--lines N] [--follow] "
        "[--json]\n"
        "paas-log --operation APP/N [--app-id UUID] [--since USEC] [--json]\n"
        "\n"
        "Prints the lines of an application, or of one operation until it ends, from the journal.\n"
        "\n"
        "  --app NAME         the application\n"
        "  --app-id UUID      nothing that an earlier application of that name wrote\n"
        "  --process P        only process P (\"web.1\"), or all of a type (\"web\")\n"
        "  --source S         only lines of app, router, build, release or paas; all but build otherwise\n"
        "  --lines N          the last N lines (100)\n"
        "  --follow           goes on with new lines until standard output is closed\n"
        "  --audit            records of who did what; without --app those of the whole host\n"
        "  --actor NAME       only what that user did\n"
        "  --action A         only that action (\"config:set\"), or all that begin so (\"config\")\n"
        "  --refused          only what was refused\n"
        "  --operation APP/N  the lines of that operation, from its first to its end\n"
        "  --ended            of an operation that has ended: does not wait for more\n"
        "  --since USEC       nothing older, in microseconds since 1970\n"
        "  --json             one JSON object a line\n"
        "  --help, --version\n"
        "\n"
        "Exit codes: 0 the end, or nobody reads any more; 1 failure; 2 wrong usage.\n";

enum {
        OPTION_APP = 256,
        OPTION_APP_ID,
        OPTION_PROCESS,
        OPTION_SOURCE,
        OPTION_LINES,
        OPTION_FOLLOW,
        OPTION_OPERATION,
        OPTION_ENDED,
        OPTION_SINCE,
        OPTION_JSON,
        OPTION_AUDIT,
        OPTION_ACTOR,
        OPTION_ACTION,
        OPTION_REFUSED,
        OPTION_HELP,
        OPTION_VERSION,
};

static const struct option table[] = {
        {"app", required_argument, NULL, OPTION_APP},
        {"app-id", required_argument, NULL, OPTION_APP_ID},
        {"process", required_argument, NULL, OPTION_PROCESS},
        {"source", required_argument, NULL, OPTION_SOURCE},
        {"lines", required_argument, NULL, OPTION_LINES},
        {"follow", no_argument, NULL, OPTION_FOLLOW},
        {"operation", required_argument, NULL, OPTION_OPERATION},
        {"ended", no_argument, NULL, OPTION_ENDED},
        {"since", required_argument, NULL, OPTION_SINCE},
        {"json", no_argument, NULL, OPTION_JSON},
        {"audit", no_argument, NULL, OPTION_AUDIT},
        {"actor", required_argument, NULL, OPTION_ACTOR},
        {"action", required_argument, NULL, OPTION_ACTION},
        {"refused", no_argument, NULL, OPTION_REFUSED},
        {"help", no_argument, NULL, OPTION_HELP},
        {"version", no_argument, NULL, OPTION_VERSION},
        {0},
};

static int parse_number(const char *name, const char *text, uint64_t *ret, Error *e)
{
        if (text_parse_uint(text, INT64_MAX, ret) < 0)
                return error_set(e, -EINVAL, "--%s: \"%s\" is not a number", name, text);
        return 0;
}

static int parse_source(const char *text, const char **ret, Error *e)
{
        static const char *const sources[] = {"app", "router", "build", "release", "paas"};
        for (size_t i = 0; i < ELEMENTSOF(sources); i++)
                if (streq(sources[i], text)) {
                        *ret = sources[i];
                        return 0;
                }
        return error_set(e, -EINVAL,
                         "--source: there is no source \"%s\": one of app, router, build, release, paas",
                         text);
}

static int parse_one(int option, char **argv, Options *o, Error *e)
{
        switch (option) {
        case OPTION_APP:
                o->query.app = optarg;
                return 0;
        case OPTION_APP_ID:
                o->query.app_id = optarg;
                return 0;
        case OPTION_PROCESS:
                o->query.process = optarg;
                return 0;
        case OPTION_SOURCE:
                return parse_source(optarg, &o->query.source, e);
        case OPTION_LINES:
                return parse_number("lines", optarg, &o->query.lines, e);
        case OPTION_FOLLOW:
                o->query.follow = true;
                return 0;
        case OPTION_OPERATION:
                o->query.operation = optarg;
                return 0;
        case OPTION_ENDED:
                o->ended = true;
                return 0;
        case OPTION_SINCE:
                return parse_number("since", optarg, &o->query.since, e);
        case OPTION_JSON:
                o->format = FORMAT_JSON;
                return 0;
        case OPTION_AUDIT:
                o->query.audit = true;
                return 0;
        case OPTION_ACTOR:
                o->query.actor = optarg;
                return 0;
        case OPTION_ACTION:
                o->query.action = optarg;
                return 0;
        case OPTION_REFUSED:
                o->query.refused = true;
                return 0;
        case OPTION_HELP:
                o->help = true;
                return 0;
        case OPTION_VERSION:
                o->version = true;
                return 0;
        case ':':
                return error_set(e, -EINVAL, "%s needs a value", argv[optind - 1]);
        default:
                return error_set(e, -EINVAL, "there is no option %s", argv[optind - 1]);
        }
}

int options_parse(int argc, char **argv, Options *ret, Error *e)
{
        Options o = {.query.lines = LINES_DEFAULT};
        int option;

        opterr = 0;
        optind = 0; /* from the start, also for a second call */
        while ((option = getopt_long(argc, argv, "+:", table, NULL)) != -1) {
                int r = parse_one(option, argv, &o, e);
                if (r < 0)
                        return r;
        }
        if (!o.help && !o.version) {
                if (optind < argc)
                        return error_set(e, -EINVAL, "unexpected argument \"%s\"", argv[optind]);
                if (!o.query.app && !o.query.operation && !o.query.audit)
                        return error_set(e, -EINVAL, "--app or --operation is needed");
                if (o.query.audit && (o.query.operation || o.query.process || o.query.source))
                        return error_set(e, -EINVAL,
                                         "--audit shows records and not lines: leave out --operation, "
                                         "--process and --source");
                if (o.query.operation && (o.query.app || o.query.process || o.query.source))
                        return error_set(e, -EINVAL,
                                         "--operation names its application itself and shows all "
                                         "of its lines: leave out --app, --process and --source");
        }
        if (o.query.operation) {
                o.query.follow = !o.ended; /* until its end */
                if (o.format == FORMAT_HEROKU)
                        o.format = FORMAT_RAW;
        }
        *ret = o;
        return 0;
}
