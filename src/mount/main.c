/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * paas-mount SOURCE TARGET DISK_UID RUN_UID: shows the slug in SOURCE, which belongs to DISK_UID, at TARGET
 * as RUN_UID's, read-only. paas-mount --unmount TARGET takes it away.
 */

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "basic/log.h"
#include "basic/text.h"
#include "mount/idmap.h"

static void usage(FILE *out)
{
        fputs("Usage: paas-mount SOURCE TARGET DISK_UID RUN_UID\n"
              "       paas-mount --unmount TARGET\n"
              "\n"
              "Shows the directory SOURCE, whose files belong to DISK_UID, at TARGET as RUN_UID's: an\n"
              "id-mapped mount, read-only, without set-uid programs and devices.\n"
              "\n"
              "  --unmount  take the mount at TARGET away, and the empty directory with it\n"
              "  --help     this text\n"
              "  --version  the version of paas\n",
              out);
}

static int report(int r, const Error *e)
{
        if (r >= 0)
                return EXIT_SUCCESS;
        log_error(0, "%s", error_text(e, r));
        return EXIT_FAILURE;
}

static int parse_uid(const char *s, uid_t *ret)
{
        uint64_t n;
        int r = text_parse_uint(s, UINT32_MAX - 1, &n);
        if (r < 0)
                return log_error(r, "'%s' is not a user id", s);
        *ret = (uid_t) n;
        return 0;
}

int main(int argc, char **argv)
{
        static const struct option options[] = {
                {"unmount", required_argument, NULL, 'u'},
                {"help", no_argument, NULL, 'h'},
                {"version", no_argument, NULL, 'V'},
                {0},
        };
        _cleanup_error_ Error e = ERROR_NULL;

        for (int c; (c = getopt_long(argc, argv, "", options, NULL)) >= 0;) {
                if (c == 'u' && optind == argc)
                        return report(idmap_unmount(optarg, &e), &e);
                if (c == 'h')
                        return usage(stdout), EXIT_SUCCESS;
                if (c == 'V')
                        return puts("paas-mount " PAAS_VERSION), EXIT_SUCCESS;
                return usage(stderr), EXIT_FAILURE;
        }
        uid_t disk_uid, run_uid;
        if (argc - optind != 4)
                return usage(stderr), EXIT_FAILURE;
        if (parse_uid(argv[optind + 2], &disk_uid) < 0 || parse_uid(argv[optind + 3], &run_uid) < 0)
                return EXIT_FAILURE;
        return report(idmap_mount(argv[optind], argv[optind + 1], disk_uid, run_uid, &e), &e);
}
