/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * paas-source: the source of a build, from an application's repository, as user paas. Checks what may be
 * built (does the commit descend from what runs, does the tree hold what cannot be built) and becomes
 * `git archive`, whose output is the builder's standard input. What it has to say goes to standard error,
 * which is the operation's log; the pusher reads it. For a pipeline it also fetches a commit from another
 * application's repository, and compares with one.
 */

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>

#include "basic/buffer.h"
#include "basic/file.h"
#include "basic/text.h"
#include "client/foreign.h"
#include "model/sourcetree.h"
#include "ssh/git.h"
#include "ssh/transfer.h"
#include "ssh/treeinspect.h"

#define EXIT_INTERNAL 1
#define EXIT_REFUSED 10
#define POINTERS_SHOWN 10

typedef struct Source {
        const char *repository;
        const char *resolve; /* a ref; NULL: `commit` is wanted */
        const char *commit;
        const char *from;    /* fetch `commit` from this repository */
        const char *compare; /* with this repository, of which `tip` runs */
        const char *tip;     /* what the deploy branch is; NULL: nothing yet */
        const char *old;     /* what the pusher named; NULL: none */
        bool forced;
        SourceLimits limits;
} Source;

static void say(const char *format, ...) _printf_(1, 2);
static void say(const char *format, ...)
{
        _cleanup_buffer_ Buffer b = BUFFER_NULL;
        _cleanup_free_ char *text = NULL;
        va_list ap;
        va_start(ap, format);
        if (vasprintf(&text, format, ap) < 0)
                text = NULL;
        va_end(ap);
        if (!text)
                return;
        foreign_append(&b, text, strlen(text));
        fprintf(stderr, "%s\n", b.data ? b.data : "");
}

/* Each line of the message with Heroku's mark. */
static int refuse(int code, const char *text)
{
        for (const char *p = text; *p;) {
                size_t n = strcspn(p, "\n");
                say(" !     %.*s", (int) n, p);
                p += n + (p[n] == '\n');
        }
        return code;
}

static int broken(const Error *e, int r)
{
        say(" !     The source cannot be read: %s", error_text(e, r));
        return EXIT_INTERNAL;
}

static int parse_number(const char *word, uint64_t *ret)
{
        return word ? text_parse_uint(word, UINT64_MAX, ret) : -EINVAL;
}

static int parse(char **words, Source *ret)
{
        Source s = {.limits = {UINT64_MAX, UINT64_MAX}};
        const struct {
                const char *name;
                const char **value;
        } texts[] = {
                {"repo", &s.repository}, {"resolve", &s.resolve}, {"commit", &s.commit},   {"tip", &s.tip},
                {"old", &s.old},         {"from", &s.from},       {"compare", &s.compare},
        };

        for (char **w = words; *w; w++) {
                bool known = false;
                for (size_t i = 0; i < ELEMENTSOF(texts) && !known; i++)
                        if (streq(*w, texts[i].name) && w[1]) {
                                *texts[i].value = *++w;
                                known = true;
                        }
                if (known)
                        continue;
                int r = -EINVAL;
                if (streq(*w, "forced")) {
                        s.forced = true;
                        r = 0;
                } else if (streq(*w, "max-bytes"))
                        r = parse_number(*++w, &s.limits.max_bytes);
                else if (streq(*w, "max-files"))
                        r = parse_number(*++w, &s.limits.max_files);
                if (r < 0)
                        return r;
        }
        if (!s.repository || !s.resolve == !s.commit || (s.from && s.compare) ||
            (s.resolve && (s.from || s.compare)))
                return -EINVAL;
        *ret = s;
        return 0;
}

static int resolve(const Source *s)
{
        _cleanup_error_ Error e = ERROR_NULL;
        _cleanup_strv_ char **argv = NULL;
        _cleanup_free_ char *commit = NULL, *name = NULL;

        if (asprintf(&name, "%s^{commit}", s->resolve) < 0)
                return EXIT_INTERNAL;
        int r = git_command(&argv, s->repository, "rev-parse", "--verify", "--quiet", "--end-of-options",
                            name, NULL);
        if (r >= 0)
                r = git_read(argv, &commit, &e);
        if (r < 0)
                return broken(&e, r);
        /* Older git repeats --end-of-options. */
        const char *oid = commit ? strrchr(commit, '\n') : NULL;
        oid = oid ? oid + 1 : commit;
        if (r > 0 || !oid || !*oid) {
                say(" !     There is no commit '%s' in this application's repository. "
                    "It has what was pushed: a branch, or (the first digits of) a commit's name",
                    s->resolve);
                return EXIT_REFUSED;
        }
        printf("%s\n", oid);
        return fflush(stdout) == 0 ? 0 : EXIT_INTERNAL;
}

/* What the branch has become meanwhile must be part of what is built, as git itself would have it; a push
 * that did not descend from the value it named was forced. */
static int check_ancestry(const Source *s)
{
        _cleanup_error_ Error e = ERROR_NULL;
        bool forced = s->forced;
        int r;

        if (!s->tip || forced || streq(s->tip, s->commit))
                return 0;
        if (s->old) {
                r = git_is_ancestor(s->repository, s->old, s->commit, &e);
                if (r < 0)
                        return broken(&e, r);
                forced = r == 0;
        }
        if (forced)
                return 0;
        r = git_is_ancestor(s->repository, s->tip, s->commit, &e);
        if (r < 0)
                return broken(&e, r);
        if (r > 0)
                return 0;
        say(" !     fetch first: %.7s was deployed meanwhile, and %.7s does not descend from it", s->tip,
            s->commit);
        say(" !     `git pull --rebase` and push again");
        return EXIT_REFUSED;
}

static int read_listing(const Source *s, SourceTree *tree, Inspect *inspect, Error *e)
{
        _cleanup_strv_ char **argv = NULL;
        int r = git_command(&argv, s->repository, "ls-tree", "-r", "-l", "-z", s->commit, NULL);
        if (r < 0)
                return r;
        GitStream stream;
        r = git_stream_open(argv, &stream);
        if (r < 0)
                return r;

        char chunk[65536];
        ssize_t n;
        while (r >= 0 && (n = read(stream.fd, chunk, sizeof(chunk))) != 0) {
                if (n < 0 && errno == EINTR)
                        continue;
                r = n < 0 ? -errno : source_tree_feed(tree, chunk, (size_t) n, e);
                if (r >= 0)
                        r = inspect_feed(inspect, chunk, (size_t) n);
        }
        int status = git_stream_close(&stream);
        if (r < 0)
                return r;
        return status == 0 ? 0 : error_set(e, -EIO, "git has no tree of %s", s->commit);
}

/* Where the submodules come from, as .gitmodules of the same commit says: "submodule.NAME.url URL". */
static void say_submodules(const Source *s)
{
        _cleanup_strv_ char **argv = NULL, **lines = NULL;
        _cleanup_free_ char *blob = NULL, *output = NULL;

        if (asprintf(&blob, "--blob=%s:.gitmodules", s->commit) < 0 ||
            git_command(&argv, s->repository, "config", blob, "--get-regexp", "^submodule\\..*\\.url$",
                        NULL) < 0 ||
            git_read(argv, &output, NULL) != 0 || strv_split(output, "\n", &lines) < 0)
                return;
        STRV_FOREACH(line, lines) {
                const char *name = text_after(*line, "submodule.");
                const char *url = strrchr(*line, ' ');
                if (name && url && url - name > 4)
                        say(" !       %.*s: %s", (int) (url - name - 4), name, url + 1);
        }
        say(" !     Vendor it into the tree (or make it a dependency of your package manager) and push "
            "again");
}

static void warn_of_pointers(const Source *s, const Inspect *inspect)
{
        _cleanup_strv_ char **pointers = NULL;
        if (inspect_pointers(inspect, s->repository, &pointers) < 0 || !pointers)
                return;

        size_t n = strv_length(pointers);
        say(" !     Warning: %zu file%s kept by git-lfs: the pointer is built, not the file:", n,
            n == 1 ? " is" : "s are");
        for (size_t i = 0; i < n && i < POINTERS_SHOWN; i++)
                say(" !       %s", pointers[i]);
        if (n > POINTERS_SHOWN)
                say(" !       … and %zu more", n - POINTERS_SHOWN);
}

static int check_tree(const Source *s)
{
        _cleanup_error_ Error e = ERROR_NULL;
        _cleanup_(source_tree_freep) SourceTree *tree = NULL;
        _cleanup_inspect_ Inspect inspect = INSPECT_NULL;

        int r = source_tree_new(s->limits, &tree);
        if (r >= 0)
                r = read_listing(s, tree, &inspect, &e);
        if (r < 0)
                return broken(&e, r);
        r = source_tree_finish(tree, &e);
        if (r < 0) {
                refuse(EXIT_REFUSED, error_text(&e, r));
                if (inspect.submodules > 0)
                        say_submodules(s);
                return EXIT_REFUSED;
        }
        warn_of_pointers(s, &inspect);
        return 0;
}

static int archive(const Source *s)
{
        _cleanup_strv_ char **argv = NULL;
        if (git_command(&argv, s->repository, "-c", "tar.umask=0022", "archive", "--format=tar", s->commit,
                        NULL) < 0)
                return EXIT_INTERNAL;
        fflush(stderr);
        execvp(argv[0], argv);
        say(" !     git cannot be started: %s", strerror(errno));
        return EXIT_INTERNAL;
}

static int between(const Source *s)
{
        _cleanup_error_ Error e = ERROR_NULL;
        int r = s->from ? transfer_commit(s->repository, s->from, s->commit, &e)
                        : transfer_compare(s->repository, s->compare, s->commit, s->tip, &e);
        return r < 0 ? broken(&e, r) : 0;
}

static void usage(FILE *out)
{
        fputs("Usage: paas-source repo REPO resolve REF\n"
              "       paas-source repo REPO commit COMMIT [tip TIP] [old OLD] [forced] max-bytes N "
              "max-files N\n"
              "       paas-source repo REPO commit COMMIT from OTHER\n"
              "       paas-source repo REPO commit COMMIT compare OTHER [tip TIP]\n"
              "\n"
              "Prints the commit that REF means, or checks what may be built of COMMIT and writes its tree "
              "as\n"
              "a tar to standard output, or fetches COMMIT from another repository, or prints what only\n"
              "COMMIT or only TIP of another repository descends from.\n"
              "\n"
              "  --help     this text\n"
              "  --version  the version of paas\n"
              "\n"
              "Exit status: 0, 10 (it must not be built: standard error says why), 1 anything else.\n",
              out);
}

int main(int argc, char **argv)
{
        Source s;

        if (argc == 2 && streq(argv[1], "--help")) {
                usage(stdout);
                return 0;
        }
        if (argc == 2 && streq(argv[1], "--version")) {
                printf("paas-source %s\n", PAAS_VERSION);
                return 0;
        }
        if (parse(argv + 1, &s) < 0) {
                usage(stderr);
                return EXIT_INTERNAL;
        }
        /* A filter or an attribute that the host's git is configured with is none of the application's. */
        setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
        if (s.resolve)
                return resolve(&s);
        if (s.from || s.compare)
                return between(&s);
        int r = check_ancestry(&s);
        if (r == 0)
                r = check_tree(&s);
        return r == 0 ? archive(&s) : r;
}
