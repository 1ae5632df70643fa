/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* paas-build: turns a pushed tree into a slug. */

#include <getopt.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "basic/text.h"
#include "build/build.h"
#include "build/flatten.h"
#include "model/name.h"

#define MAX_BYTES_DEFAULT (UINT64_C(1) << 30)
#define CACHE_QUOTA_DEFAULT (UINT64_C(1) << 30)
#define MAX_FILES_DEFAULT UINT64_C(500000)

static void usage(FILE *out)
{
        fputs("Usage: paas-build --app NAME --work DIR --cache DIR [OPTION]… <TREE.tar\n"
              "       paas-build --flatten-json FILE\n"
              "\n"
              "Unpacks a tree into DIR/app, lets the first pack that recognises it build it, and writes\n"
              "what came out to DIR/result.json.\n"
              "\n"
              "  --app NAME        the application\n"
              "  --work DIR        has app/ (empty) and env/ (a file for each config var)\n"
              "  --cache DIR       kept from build to build\n"
              "  --stack NAME      what the slug runs on (host)\n"
              "  --packs DIR       where the packs are (/usr/lib/paas/packs)\n"
              "  --build-dir DIR   another name of DIR/app: where the packs see it (/app)\n"
              "  --max-bytes N     of the tree (1G)\n"
              "  --max-files N     of the tree (500000)\n"
              "  --cache-quota N   a cache that is larger after the build is emptied (1G)\n"
              "  --flatten-json F  for packs: prints each value of F as PATH, a tab, and the value\n"
              "  --help            this text\n"
              "  --version         the version of paas\n"
              "\n"
              "Exit codes: 0 built, 10 the tree cannot be built (it says why), 1 anything else.\n",
              out);
}

static int wrong(const char *option, const char *value)
{
        fprintf(stderr, "paas-build: %s: '%s' cannot be that\n", option, value);
        return -1;
}

static bool name_is_plain(const char *s)
{
        return *s && strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(s);
}

static int set_option(BuildOptions *o, const char *name, const char *value)
{
        const struct {
                const char *name;
                const char **to;
        } texts[] = {
                {"app", &o->app},     {"work", &o->work},   {"cache", &o->cache},
                {"stack", &o->stack}, {"packs", &o->packs}, {"build-dir", &o->build_dir},
        };
        for (size_t i = 0; i < ELEMENTSOF(texts); i++)
                if (streq(name, texts[i].name))
                        *texts[i].to = value;
        if (streq(name, "max-bytes") && text_parse_bytes(value, &o->limits.max_bytes) < 0)
                return wrong("--max-bytes", value);
        if (streq(name, "max-files") && text_parse_uint(value, UINT64_MAX, &o->limits.max_files) < 0)
                return wrong("--max-files", value);
        if (streq(name, "cache-quota") && text_parse_bytes(value, &o->cache_quota) < 0)
                return wrong("--cache-quota", value);
        return 0;
}

/* 0: go on; 1: all is done; -1: wrong use. */
static int parse_arguments(int argc, char **argv, BuildOptions *o, const char **ret_flatten)
{
        static const struct option options[] = {
                {"app", required_argument, NULL, 'o'},
                {"work", required_argument, NULL, 'o'},
                {"cache", required_argument, NULL, 'o'},
                {"stack", required_argument, NULL, 'o'},
                {"packs", required_argument, NULL, 'o'},
                {"build-dir", required_argument, NULL, 'o'},
                {"max-bytes", required_argument, NULL, 'o'},
                {"max-files", required_argument, NULL, 'o'},
                {"cache-quota", required_argument, NULL, 'o'},
                {"flatten-json", required_argument, NULL, 'j'},
                {"help", no_argument, NULL, 'h'},
                {"version", no_argument, NULL, 'V'},
                {0},
        };
        int index = 0;
        for (int c; (c = getopt_long(argc, argv, "", options, &index)) >= 0;) {
                if (c == 'o' && set_option(o, options[index].name, optarg) < 0)
                        return -1;
                if (c == 'j')
                        *ret_flatten = optarg;
                if (c == 'h')
                        return usage(stdout), 1;
                if (c == 'V')
                        return puts("paas-build " PAAS_VERSION), 1;
                if (c == '?')
                        return usage(stderr), -1;
        }
        if (*ret_flatten)
                return 0;
        if (optind != argc || !o->app || !o->work || !o->cache)
                return usage(stderr), -1;
        if (app_name_check(o->app, NULL) < 0)
                return wrong("--app", o->app);
        if (!name_is_plain(o->stack))
                return wrong("--stack", o->stack);
        return 0;
}

int main(int argc, char **argv)
{
        BuildOptions o = {
                .stack = "host",
                .packs = "/usr/lib/paas/packs",
                .build_dir = "/app",
                .limits = {MAX_BYTES_DEFAULT, MAX_FILES_DEFAULT},
                .cache_quota = CACHE_QUOTA_DEFAULT,
        };
        const char *flatten = NULL;

        int r = parse_arguments(argc, argv, &o, &flatten);
        if (r != 0)
                return r > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
        /* Names in a tar are bytes; in the C locale libarchive would refuse those that are not ASCII. */
        setlocale(LC_CTYPE, "C.UTF-8");
        umask(022);
        if (flatten)
                return flatten_json(flatten) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
        return (int) build(&o, STDIN_FILENO);
}
