/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * paas-mount SOURCE TARGET DISK_UID RUN_UID: shows the slug in SOURCE, which belongs to DISK_UID, at TARGET
 * as RUN_UID's, read-only. paas-mount --unmount TARGET... takes it away.
 */

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <unistd.h>

#include "basic/log.h"
#include "basic/text.h"
#include "mount/idmap.h"

static void usage(FILE *out)
{
        fputs("Usage: paas-mount SOURCE TARGET DISK_UID RUN_UID [ASSETS ASSETS_TARGET]\n"
              "       paas-mount --unmount TARGET...\n"
              "\n"
              "Shows the directory SOURCE, whose files belong to DISK_UID, at TARGET as RUN_UID's: an\n"
              "id-mapped mount, read-only, without set-uid programs and devices. Likewise ASSETS, those of\n"
              "earlier releases, when they are there.\n"
              "\n"
              "  --unmount  take the mounts at TARGET away, and the empty directories with them\n"
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

static int unmount_all(char **targets)
{
        int failed = EXIT_SUCCESS;
        for (; *targets; targets++) {
                _cleanup_error_ Error e = ERROR_NULL;
                if (report(idmap_unmount(*targets, &e), &e) != EXIT_SUCCESS)
                        failed = EXIT_FAILURE;
        }
        return failed;
}

/* A release without the files of the one before it is better than none. */
static void show_assets(char **arguments, uid_t disk_uid, uid_t run_uid)
{
        _cleanup_error_ Error e = ERROR_NULL;
        int r = access(arguments[0], F_OK) < 0
                        ? 0
                        : idmap_mount(arguments[0], arguments[1], disk_uid, run_uid, &e);
        if (r < 0)
                log_warning(0, "the assets of earlier releases are not served: %s", error_text(&e, r));
}

static int show(char **arguments, bool with_assets)
{
        uid_t disk_uid, run_uid;
        if (parse_uid(arguments[2], &disk_uid) < 0 || parse_uid(arguments[3], &run_uid) < 0)
                return EXIT_FAILURE;
        if (with_assets)
                show_assets(arguments + 4, disk_uid, run_uid);
        _cleanup_error_ Error e = ERROR_NULL;
        return report(idmap_mount(arguments[0], arguments[1], disk_uid, run_uid, &e), &e);
}

int main(int argc, char **argv)
{
        static const struct option options[] = {
                {"unmount", no_argument, NULL, 'u'},
                {"help", no_argument, NULL, 'h'},
                {"version", no_argument, NULL, 'V'},
                {0},
        };
        bool unmount = false;
        for (int c; (c = getopt_long(argc, argv, "", options, NULL)) >= 0;) {
                if (c == 'u')
                        unmount = true;
                else if (c == 'h')
                        return usage(stdout), EXIT_SUCCESS;
                else if (c == 'V')
                        return puts("paas-mount " PAAS_VERSION), EXIT_SUCCESS;
                else
                        return usage(stderr), EXIT_FAILURE;
        }
        int n = argc - optind;
        if (unmount && n > 0)
                return unmount_all(argv + optind);
        if (unmount || (n != 4 && n != 6))
                return usage(stderr), EXIT_FAILURE;
        return show(argv + optind, n == 6);
}
