/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* paas-usage: what applications have on the disk, for paasd, which must not wait for a million files. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "basic/log.h"
#include "basic/text.h"
#include "model/app.h"
#include "model/paths.h"
#include "model/usage.h"
#include "usage/walk.h"

DEFINE_CLEANUP(DIR *, closedir)

typedef struct Options {
        const char *state;
        const char *app; /* NULL: of all */
        bool uids;
} Options;

static void usage(FILE *out)
{
        fputs("Usage: paas-usage [--state DIR] [--app NAME | --uids]\n"
              "\n"
              "Prints what repositories, slugs, assets, caches, layers, builds and destroyed applications "
              "take on "
              "the\n"
              "disk: records \"BYTES KIND PATH\" that end with NUL, and a last one \"end\".\n"
              "\n"
              "  --state DIR  where they are (" PAAS_STATE ")\n"
              "  --app NAME   only those of one application\n"
              "  --uids       also \"uid N\" for each number of an application that a file or process has\n"
              "  --help       this text\n"
              "  --version    the version of paas\n",
              out);
}

static int print_tree(int directory, UsageKind kind, const char *path, const char *shown, Owners *owners)
{
        uint64_t bytes = 0;
        int r = walk_tree(directory, path, owners, &bytes);
        if (r < 0)
                return log_error(r, "cannot count %s/%s", usage_directory(kind), shown);
        printf("%" PRIu64 " %s %s%c", bytes, usage_directory(kind), shown, '\0');
        return 0;
}

/* What is in `path` of `parent` (its first component below the kind's directory), or in that directory. */
static int print_level(int parent, const char *path, UsageKind kind, const char *owner, const char *app,
                       Owners *owners)
{
        int fd = openat(parent, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0)
                return errno == ENOENT || errno == ENOTDIR ? 0 : log_error(-errno, "cannot open %s", path);
        _cleanup_(closedirp) DIR *d = fdopendir(fd);
        if (!d) {
                close(fd);
                return -errno;
        }
        int r = 0;
        for (struct dirent *at; r >= 0 && (at = readdir(d));) {
                char shown[600];
                if (streq(at->d_name, ".") || streq(at->d_name, "..") || (app && !streq(at->d_name, app)))
                        continue;
                if (!owner && usage_depth(kind) == 2) {
                        r = print_level(dirfd(d), at->d_name, kind, at->d_name, NULL, owners);
                        continue;
                }
                snprintf(shown, sizeof(shown), "%s%s%s", owner ? owner : "", owner ? "/" : "", at->d_name);
                r = print_tree(dirfd(d), kind, at->d_name, shown, owners);
        }
        return r;
}

static bool is_of_an_application(UsageKind kind)
{
        return kind <= USAGE_LAYER;
}

static int print_all(const Options *o, Owners *owners)
{
        _cleanup_close_ int state = open(o->state, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        char repository[300];
        if (state < 0)
                return log_error(-errno, "cannot open %s", o->state);
        snprintf(repository, sizeof(repository), "%s.git", o->app ? o->app : "");
        int r = 0;
        for (UsageKind kind = 0; r >= 0 && kind < _USAGE_KIND_MAX; kind++) {
                const char *only = o->app && kind == USAGE_REPOSITORY ? repository : o->app;
                if (!o->app || is_of_an_application(kind))
                        r = print_level(state, usage_directory(kind), kind, NULL, only, owners);
        }
        if (r >= 0)
                r = owners_meet_processes(owners, "/proc");
        if (r < 0)
                return r;
        for (uid_t id = owners->first; id <= owners->last; id++)
                if (owners->met[id - owners->first])
                        printf("uid %u%c", (unsigned) id, '\0');
        printf("end%c", '\0');
        return fflush(stdout) == 0 ? 0 : -errno;
}

int main(int argc, char **argv)
{
        static const struct option options[] = {
                {"state", required_argument, NULL, 's'}, {"app", required_argument, NULL, 'a'},
                {"uids", no_argument, NULL, 'u'},        {"help", no_argument, NULL, 'h'},
                {"version", no_argument, NULL, 'V'},     {0},
        };
        Options o = {.state = PAAS_STATE};
        for (int c; (c = getopt_long(argc, argv, "", options, NULL)) >= 0;) {
                if (c == 's')
                        o.state = optarg;
                else if (c == 'a')
                        o.app = optarg;
                else if (c == 'u')
                        o.uids = true;
                else if (c == 'h')
                        return usage(stdout), EXIT_SUCCESS;
                else if (c == 'V')
                        return puts("paas-usage " PAAS_VERSION), EXIT_SUCCESS;
                else
                        return usage(stderr), EXIT_FAILURE;
        }
        if (optind != argc || (o.app && o.uids))
                return usage(stderr), EXIT_FAILURE;
        _cleanup_owners_ Owners owners;
        int r = owners_new(o.uids ? APP_UID_FIRST : 1, o.uids ? APP_UID_LAST + 1 : 0, &owners);
        if (r >= 0)
                r = print_all(&o, &owners);
        return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
