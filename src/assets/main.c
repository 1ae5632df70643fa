/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* paas-assets: keeps the assets of the releases before, for a new one. */

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "assets/keep.h"
#include "basic/clock.h"
#include "basic/log.h"
#include "basic/text.h"

static void usage(FILE *out)
{
        fputs("Usage: paas-assets LAYER PATH SLUG BEFORE UID\n"
              "\n"
              "Makes the directory LAYER, with hard links to the files below PATH of SLUG, that of the "
              "release\n"
              "which is replaced, and to those of BEFORE, that release's layer, which were current within "
              "the\n"
              "last 24 hours. What does not belong to UID is copied. A LAYER that is there already stays.\n"
              "\n"
              "  --help     this text\n"
              "  --version  the version of paas\n",
              out);
}

int main(int argc, char **argv)
{
        static const struct option options[] = {
                {"help", no_argument, NULL, 'h'},
                {"version", no_argument, NULL, 'V'},
                {0},
        };
        for (int c; (c = getopt_long(argc, argv, "", options, NULL)) >= 0;) {
                if (c == 'h')
                        return usage(stdout), EXIT_SUCCESS;
                if (c == 'V')
                        return puts("paas-assets " PAAS_VERSION), EXIT_SUCCESS;
                return usage(stderr), EXIT_FAILURE;
        }
        uint64_t uid;
        if (argc - optind != 5)
                return usage(stderr), EXIT_FAILURE;
        char **arguments = argv + optind;
        if (!*arguments[1] || !text_is_path_below(arguments[1]))
                return log_error(0, "'%s' is not a directory below a slug", arguments[1]), EXIT_FAILURE;
        if (text_parse_uint(arguments[4], UINT32_MAX - 1, &uid) < 0)
                return log_error(0, "'%s' is not a user id", arguments[4]), EXIT_FAILURE;

        const Assets assets = {
                .layer = arguments[0],
                .path = arguments[1],
                .slug = arguments[2],
                .before = arguments[3],
                .owner = (uid_t) uid,
                .now = clock_realtime() / USEC_PER_SEC,
        };
        _cleanup_error_ Error e = ERROR_NULL;
        int r = assets_make(&assets, &e);
        if (r < 0)
                log_error(0, "the assets of earlier releases are not kept: %s", error_text(&e, r));
        return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
