/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * paas-shell: the login shell of user paas. sshd runs it with the forced command of the key that came in;
 * what the caller asked for stands in SSH_ORIGINAL_COMMAND. It becomes a git service on an application's
 * repository, or a verb of paas(1), each in a clean environment that says whose key it is, and nothing else.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <time.h>

#include "basic/clock.h"
#include "basic/file.h"
#include "basic/strv.h"
#include "basic/text.h"
#include "client/client.h"
#include "model/paths.h"
#include "ssh/commandline.h"
#include "ssh/git.h"
#include "ssh/hangup.h"
#include "ssh/receivepack.h"
#include "ssh/repository.h"

#define EXIT_REFUSED 3
#define EXIT_AWAY 5
#define AWAY_SECONDS 10
#define READERS_MAX (16 * 1024 * 1024)

typedef struct Caller {
        char *key;                /* fingerprint */
        char **environment;       /* of what is run */
        const char *original;     /* what was asked for; NULL: a login */
        const char *git_protocol; /* NULL: not said */
} Caller;

static void caller_clear(Caller *c)
{
        free(c->key);
        strv_free(c->environment);
}

/* Values that sshd passes on from the client are the client's: only these, and only when they look sane. */
static bool is_plain(const char *value)
{
        return strlen(value) <= 64 && strspn(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                                    "0123456789._-+@:=") == strlen(value);
}

static int pass_on(char ***environment, const char *name)
{
        const char *value = getenv(name);
        if (!value || !is_plain(value))
                return 0;
        return strv_appendf(environment, "%s=%s", name, value);
}

/* The client's address, for the record: the first word of what sshd says of the connection. */
static int pass_address(char ***environment)
{
        const char *connection = getenv("SSH_CONNECTION");
        if (!connection)
                return 0;
        _cleanup_free_ char *address = strndup(connection, strcspn(connection, " "));
        if (!address || setenv("PAAS_FROM", address, 1) < 0)
                return -ENOMEM;
        return strv_appendf(environment, "PAAS_FROM=%s", address);
}

static int make_environment(Caller *c)
{
        static const char *const passed[] = {"LANG", "TERM", "GIT_PROTOCOL"};
        int r = strv_append(&c->environment, "PATH=/usr/local/bin:/usr/bin:/bin");
        if (r >= 0)
                r = strv_append(&c->environment, "HOME=" PAAS_STATE "/home");
        if (r >= 0)
                r = strv_append(&c->environment, "USER=paas");
        if (r >= 0)
                r = strv_append(&c->environment, "LOGNAME=paas");
        if (r >= 0)
                r = strv_appendf(&c->environment, "PAAS_KEY=%s", c->key);
        if (r >= 0)
                r = pass_address(&c->environment);
        for (size_t i = 0; r >= 0 && i < ELEMENTSOF(passed); i++)
                r = pass_on(&c->environment, passed[i]);
        return r;
}

static int fail(int code, const char *message)
{
        fprintf(stderr, "paas: %s\n", message);
        return code;
}

static int run(const Caller *c, char *const *argv)
{
        execve(argv[0], argv, c->environment);
        fprintf(stderr, "paas: %s cannot be started: %s\n", argv[0], strerror(errno));
        return 127;
}

/* A command line can be read by everybody on the host, and this one may hold config values: the words go by
 * a file in memory. */
static int write_words(char *const *words)
{
        int fd = memfd_create("words", 0);
        if (fd < 0)
                return -errno;
        for (int r; *words; words++) {
                r = fd_write_all(fd, *words, strlen(*words) + 1);
                if (r < 0)
                        return r;
        }
        return lseek(fd, 0, SEEK_SET) < 0 ? -errno : fd;
}

static int run_verb(const Caller *c, char *const *words)
{
        static char paas[] = "/usr/bin/paas", help[] = "help";
        _cleanup_free_ char *option = NULL;
        char *argv[] = {paas, help, NULL};

        if (words && words[0] && words[1] && streq(words[0], "paas")) /* pasted from a hint */
                words++;
        if (words) {
                int fd = write_words(words);
                if (fd < 0 || asprintf(&option, "--words=%d", fd) < 0)
                        return fail(1, strerror(fd < 0 ? -fd : ENOMEM));
                argv[1] = option;
        }
        return run(c, argv);
}

static int service_arguments(GitService service, char ***argv)
{
        static const char *const receive[] = {
                "-c",
                "receive.procReceiveRefs=refs/",
                "-c",
                "receive.advertisePushOptions=true",
                /* The hook tidies: git's own would keep the pusher waiting for it. */
                "-c",
                "receive.autogc=false",
                "receive-pack",
        };

        if (service == GIT_UPLOAD_PACK)
                return strv_append(argv, "upload-pack");
        if (service == GIT_UPLOAD_ARCHIVE)
                return strv_append(argv, "upload-archive");
        int r = 0;
        for (size_t i = 0; r >= 0 && i < ELEMENTSOF(receive); i++)
                r = strv_append(argv, receive[i]);
        return r;
}

static int run_git(Caller *c, GitService service, const char *app, const char *path)
{
        _cleanup_strv_ char **argv = NULL;
        _cleanup_error_ Error e = ERROR_NULL;
        int r = git_arguments(&argv);
        if (r >= 0)
                r = text_replace(&argv[0], "/usr/bin/git");
        if (r >= 0)
                r = service_arguments(service, &argv);
        if (r >= 0)
                r = strv_append(&argv, path);
        if (r >= 0)
                r = strv_appendf(&c->environment, "PAAS_APP=%s", app);
        if (r < 0)
                return fail(1, strerror(-r));

        if (service != GIT_RECEIVE_PACK)
                return run(c, argv);
        r = receive_pack_run(argv, c->environment, path, &e);
        return r < 0 ? fail(1, error_text(&e, r)) : r;
}

/* What paasd left for the time when it is away: "SHA256:… blog shop", "SHA256:… *". */
static bool may_read(const char *key, const char *app)
{
        _cleanup_free_ char *text = NULL;
        _cleanup_strv_ char **lines = NULL;
        if (file_read(PAAS_READERS, READERS_MAX, &text, NULL) < 0 || strv_split(text, "\n", &lines) < 0)
                return false;
        STRV_FOREACH(line, lines) {
                const char *rest = text_after(*line, key);
                _cleanup_strv_ char **apps = NULL;
                if (rest && *rest == ' ' && strv_split(rest, " ", &apps) >= 0)
                        return strv_contains(apps, "*") || strv_contains(apps, app);
        }
        return false;
}

/* Asks paasd where the repository is and mends its branch when the hook that should have done it died. */
static int prepare(const Caller *c, const char *app, bool push, char **ret_path, Error *e)
{
        _cleanup_client_ Client *client = NULL;
        _cleanup_repository_ Repository repository = REPOSITORY_NULL, healed = REPOSITORY_NULL;
        _cleanup_error_ Error ignored = ERROR_NULL;

        int r = client_open(c->key, &client, e);
        if (r >= 0)
                r = repository_ask(client, app, push, &repository, e);
        if (r < 0)
                return r;
        if (!repository_is_current(&repository) &&
            repository_heal(client, app, repository.path, &healed, &ignored) < 0)
                fprintf(stderr, "paas: %s (going on)\n", error_text(&ignored, ignored.code));
        *ret_path = TAKE_PTR(repository.path);
        return 0;
}

/* A restart of paasd takes a second or two: a push that comes in between waits for it. */
static int prepare_push(const Caller *c, const char *app, char **ret_path, Error *e)
{
        uint64_t deadline = clock_monotonic() + AWAY_SECONDS * USEC_PER_SEC;
        for (;;) {
                int r = prepare(c, app, true, ret_path, e);
                if (r != -CLIENT_EAWAY || clock_monotonic() > deadline)
                        return r;
                nanosleep(&(struct timespec){.tv_nsec = 200 * 1000 * 1000}, NULL);
        }
}

static int serve_git(Caller *c, GitService service, const char *app)
{
        _cleanup_error_ Error e = ERROR_NULL;
        _cleanup_free_ char *path = NULL;

        int r = service == GIT_RECEIVE_PACK ? prepare_push(c, app, &path, &e)
                                            : prepare(c, app, false, &path, &e);
        if (r == -CLIENT_EAWAY && service != GIT_RECEIVE_PACK) {
                /* What is there can be read without paasd. */
                if (asprintf(&path, PAAS_REPOSITORY, app) < 0)
                        return fail(1, strerror(ENOMEM));
                if (access(path, X_OK) == 0 && may_read(c->key, app))
                        return run_git(c, service, app, path);
        }
        if (r == -CLIENT_EAWAY)
                return fail(
                        EXIT_AWAY,
                        service == GIT_RECEIVE_PACK
                                ? "the control plane (paasd) of this host is away, so nothing can be "
                                  "deployed now. Applications go on without it: try the push again in a "
                                  "moment"
                                : "the control plane (paasd) of this host is away, and this key had no role "
                                  "on such an application when it was last there: try again in a moment");
        if (r < 0)
                return fail(r == -EPERM ? EXIT_REFUSED : 1, error_text(&e, r));
        return run_git(c, service, app, path);
}

static int serve(Caller *c)
{
        _cleanup_error_ Error e = ERROR_NULL;
        _cleanup_strv_ char **words = NULL;
        _cleanup_free_ char *app = NULL;
        GitService service;

        int r = make_environment(c);
        if (r >= 0 && c->original)
                r = command_line_split(c->original, &words, &e);
        if (r >= 0)
                r = command_git_service(words, &service, &app, &e);
        if (r < 0)
                return fail(2, error_text(&e, r));
        return service == GIT_NONE ? run_verb(c, words) : serve_git(c, service, app);
}

int main(int argc, char **argv)
{
        _cleanup_(caller_clear) Caller c = {.original = getenv("SSH_ORIGINAL_COMMAND")};

        if (argc == 2 && (streq(argv[1], "--help") || streq(argv[1], "--version"))) {
                printf("paas-shell %s: the login shell of user paas, see paas-shell(8)\n", PAAS_VERSION);
                return 0;
        }
        if (argc > 2 && streq(argv[1], "--hang-up")) {
                int r = hangup_keys(argv + 2);
                return r < 0 ? fail(1, strerror(-r)) : 0;
        }
        if (argc != 3 || !streq(argv[1], "-c") || command_forced_key(argv[2], &c.key) < 0)
                return fail(EXIT_REFUSED,
                            "this account is for `git push` and paas by ssh with a registered key. "
                            "`paas keys:add`, run by an administrator, registers one");
        return serve(&c);
}
