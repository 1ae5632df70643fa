/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The store beside the real git: what git makes of our repository, what `git gc` does to a writer, what a
 * kill -9 leaves. Figures are printed, nothing is passed or failed by them.
 */

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include <cmocka.h>

#include "basic/clock.h"
#include "basic/file.h"
#include "basic/strv.h"
#include "basic/text.h"
#include "store/store.h"

#define REFS 5
#define LOG_COMMITS 5000

static char directory[] = "/tmp/test-store-git.XXXXXX";

/* A broken ~/.gitconfig: neither libgit2 in our hands nor the tests may look at it. */
static int make_directory(void **state)
{
        if (system("git --version >/dev/null 2>&1") != 0) {
                print_message("git is not installed: skipped\n");
                exit(77);
        }
        if (!mkdtemp(directory) || chdir(directory) < 0 || setenv("HOME", directory, 1) < 0 ||
            setenv("GIT_CONFIG_GLOBAL", "/dev/null", 1) < 0 || setenv("GIT_CONFIG_NOSYSTEM", "1", 1) < 0)
                return -1;
        return file_write(".gitconfig", "[[broken\n", 9, 0600, FILE_OWNER_SELF, FILE_NO_SYNC);
}

static int remove_directory(void **state)
{
        return tree_remove(directory);
}

static Store *open_store(const char *path)
{
        _cleanup_error_ Error e = ERROR_NULL;
        Store *s = NULL;
        int r = store_open(path, &s, &e);
        if (r < 0)
                fail_msg("%s", error_text(&e, r));
        return s;
}

static int commit(Store *s, const char *ref, const char *expected, unsigned n, char ret_id[STORE_ID_SIZE])
{
        _cleanup_error_ Error e = ERROR_NULL;
        char release[64], value[64], trailer[64];
        (void) snprintf(release, sizeof(release), "{\"version\":%u}", n);
        (void) snprintf(value, sizeof(value), "value %u of %s", n, ref);
        (void) snprintf(trailer, sizeof(trailer), "Release: v%u", n);
        StoreFile files[] = {{.path = "release", .data = release, .length = strlen(release)},
                             {.path = "config/KEY", .data = value, .length = strlen(value)}};
        char *trailers[] = {(char *) "Action: deploy", trailer, NULL};
        StoreChange c = {.ref = ref,
                         .expected = expected && *expected ? expected : NULL,
                         .files = files,
                         .n_files = ELEMENTSOF(files),
                         .author = "Ada",
                         .email = "ada@example.com",
                         .subject = "Deploy",
                         .trailers = trailers};
        int r = store_commit(s, &c, ret_id, &e);
        if (r < 0)
                print_error("%s\n", error_text(&e, r));
        return r;
}

static void assert_output(const char *command, const char *expected)
{
        char output[4096] = "";
        FILE *f = popen(command, "r");
        assert_non_null(f);
        size_t n = fread(output, 1, sizeof(output) - 1, f);
        output[n] = '\0';
        assert_int_equal(pclose(f), 0);
        assert_string_equal(output, expected);
}

static void assert_sound(const char *path)
{
        _cleanup_free_ char *command = NULL;
        assert_true(asprintf(&command, "git -C %s fsck --full --strict --no-dangling >fsck.out 2>&1", path) >
                    0);
        if (system(command) != 0) {
                (void) !system("cat fsck.out >&2");
                fail_msg("git fsck finds damage in %s", path);
        }
}

static void test_git_reads_it(void **state)
{
        char first[STORE_ID_SIZE], second[STORE_ID_SIZE];
        Store *s = open_store("read.git");
        assert_int_equal(commit(s, "refs/paas/app/blog", NULL, 1, first), 0);
        assert_int_equal(commit(s, "refs/paas/app/blog", first, 2, second), 0);
        store_free(s);

        assert_sound("read.git");
        assert_output(
                "git -C read.git log --format='%an <%ae> %cn <%ce> %s [%(trailers:key=Release,valueonly,"
                "separator=%x2c)]' refs/paas/app/blog",
                "Ada <ada@example.com> paas <paas@localhost> Deploy [v2]\n"
                "Ada <ada@example.com> paas <paas@localhost> Deploy [v1]\n");
        assert_output("git -C read.git show refs/paas/app/blog:config/KEY", "value 2 of refs/paas/app/blog");
        assert_output("git -C read.git diff --stat --name-only refs/paas/app/blog~1 refs/paas/app/blog",
                      "config/KEY\nrelease\n");
        assert_int_equal(system("git clone -q --mirror read.git mirror.git 2>/dev/null"), 0);
        assert_sound("mirror.git");

        /* A backup, packed by git, put in place of the original. */
        assert_int_equal(system("chmod 700 mirror.git && git -C mirror.git gc -q"), 0);
        s = open_store("mirror.git");
        char id[STORE_ID_SIZE], third[STORE_ID_SIZE];
        assert_int_equal(store_resolve(s, "refs/paas/app/blog", id), 0);
        assert_string_equal(id, second);
        assert_int_equal(commit(s, "refs/paas/app/blog", id, 3, third), 0);
        _cleanup_error_ Error e = ERROR_NULL;
        assert_int_equal(store_rename_ref(s, "refs/paas/app/blog", "refs/paas/gone/1", third, &e), 0);
        assert_int_equal(store_resolve(s, "refs/paas/app/blog", id), -ENOENT); /* from packed-refs as well */
        store_free(s);
        assert_sound("mirror.git");
}

/* Ends by itself, should the test die before it. */
static pid_t collect_garbage(void)
{
        pid_t pid = fork();
        if (pid == 0) {
                execlp("timeout", "timeout", "30", "sh", "-c",
                       "while :; do git -C gc.git gc -q; git -C gc.git pack-refs --all; done 2>/dev/null",
                       (char *) NULL);
                _exit(127);
        }
        return pid;
}

static int commit_and_look(Store *s, unsigned n, char id[STORE_ID_SIZE])
{
        _cleanup_free_ char *value = NULL;
        char ref[64], now[STORE_ID_SIZE];
        (void) snprintf(ref, sizeof(ref), "refs/paas/app/app%u", n % REFS);
        int r = commit(s, ref, id, n, id);
        if (r >= 0)
                r = store_resolve(s, ref, now);
        if (r >= 0)
                r = streq(now, id) ? store_read(s, id, "config/KEY", 4096, &value, NULL) : -EBADMSG;
        return r;
}

static void test_beside_gc(void **state)
{
        Store *s = open_store("gc.git");
        char ids[REFS][STORE_ID_SIZE] = {0};
        unsigned n = 0;
        int r = 0;
        pid_t pid = collect_garbage();
        assert_true(pid > 0);

        uint64_t end = clock_monotonic() + 2 * USEC_PER_SEC;
        for (; r >= 0 && clock_monotonic() < end; n++)
                r = commit_and_look(s, n, ids[n % REFS]);
        store_free(s);
        kill(pid, SIGTERM);
        assert_int_equal(waitpid(pid, NULL, 0), pid);
        assert_int_equal(r, 0);
        print_message("%u commits beside git gc\n", n);

        for (unsigned i = 0; i < REFS; i++) {
                _cleanup_free_ char *command = NULL, *count = NULL;
                assert_true(asprintf(&command, "git -C gc.git rev-list --count refs/paas/app/app%u", i) > 0);
                assert_true(asprintf(&count, "%u\n", n / REFS + (i < n % REFS ? 1 : 0)) > 0);
                assert_output(command, count);
        }
        assert_sound("gc.git");
}

/* Commits for ever, and says each id on the pipe once it counts. */
static _Noreturn void write_for_ever(int fd, unsigned n)
{
        Store *s = open_store("kill.git");
        char id[STORE_ID_SIZE] = "";
        (void) store_resolve(s, "refs/paas/app/blog", id);
        for (;; n++)
                if (commit(s, "refs/paas/app/blog", id, n, id) < 0 || fd_write_all(fd, id, sizeof(id)) < 0)
                        _exit(1);
}

static int is_second(void *userdata, const StoreEntry *entry)
{
        return streq(entry->id, userdata) ? 1 : streq(entry->parent, userdata) ? 0 : -ENOMSG;
}

static void test_kill(void **state)
{
        char known[STORE_ID_SIZE] = "", id[STORE_ID_SIZE];
        unsigned n = 0;
        srandom((unsigned) time(NULL));

        for (unsigned round = 0; round < 10; round++) {
                int fds[2];
                assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
                pid_t pid = fork();
                assert_true(pid >= 0);
                if (pid == 0)
                        write_for_ever(fds[1], round * 1000);
                close(fds[1]);
                nanosleep(&(struct timespec){.tv_nsec = 20000000 + random() % 130000000}, NULL);
                kill(pid, SIGKILL);
                assert_int_equal(waitpid(pid, NULL, 0), pid);
                for (; read(fds[0], id, sizeof(id)) == (ssize_t) sizeof(id); n++)
                        memcpy(known, id, sizeof(known));
                close(fds[0]);

                /* What was acknowledged is there; at most one more commit is. */
                Store *s = open_store("kill.git");
                if (known[0]) {
                        assert_int_equal(store_resolve(s, "refs/paas/app/blog", id), 0);
                        assert_int_equal(store_log(s, id, is_second, known), 0);
                        memcpy(known, id, sizeof(known));
                        assert_int_equal(commit(s, "refs/paas/app/blog", id, 1, known), 0);
                }
                store_free(s);
        }
        assert_sound("kill.git");
        print_message("%u commits, killed 10 times\n", n);
}

static unsigned anonymous_kib(void)
{
        _cleanup_free_ char *text = NULL;
        if (file_read("/proc/self/smaps_rollup", 65536, &text, NULL) < 0)
                return 0;
        const char *line = strstr(text, "\nAnonymous:");
        return line ? (unsigned) strtoul(line + strlen("\nAnonymous:"), NULL, 10) : 0;
}

static int count(void *userdata, const StoreEntry *entry)
{
        _cleanup_free_ char *release = store_entry_trailer(entry, "Release");
        *(unsigned *) userdata += release != NULL;
        return 0;
}

static void time_log(Store *s, const char *id, unsigned expected, const char *what)
{
        unsigned n = 0;
        uint64_t start = clock_monotonic();
        assert_int_equal(store_log(s, id, count, &n), 0);
        assert_int_equal(n, expected);
        print_message("log of %u commits, %s: %.1f ms, %u KiB anonymous\n", n, what,
                      (double) (clock_monotonic() - start) / 1000, anonymous_kib());
}

/* In memory where possible: it is the reading that is measured. */
static void test_long_log(void **state)
{
        bool memory = access("/dev/shm", W_OK) == 0;
        char base[] = "/dev/shm/test-store-git.XXXXXX";
        _cleanup_free_ char *path = NULL, *gc = NULL;
        if (memory)
                assert_non_null(mkdtemp(base));
        assert_true(asprintf(&path, "%s/long.git", memory ? base : ".") > 0);

        Store *s = open_store(path);
        char id[STORE_ID_SIZE] = "";
        unsigned n = memory ? LOG_COMMITS : LOG_COMMITS / 10;
        for (unsigned i = 0; i < n; i++)
                assert_int_equal(commit(s, "refs/paas/release/blog", id, i + 1, id), 0);
        time_log(s, id, n, "loose");
        assert_true(asprintf(&gc, "git -C %s gc -q", path) > 0);
        assert_int_equal(system(gc), 0);
        time_log(s, id, n, "packed");
        store_free(s);
        if (memory)
                tree_remove(base);
}

static void time_apps(Store *s, unsigned n, const char *what)
{
        _cleanup_strv_ char **refs = NULL;
        uint64_t start = clock_monotonic();
        assert_int_equal(store_list_refs(s, "refs/paas/app/", &refs), 0);
        assert_int_equal(strv_length(refs), n);
        STRV_FOREACH(ref, refs) {
                char id[STORE_ID_SIZE];
                _cleanup_free_ char *release = NULL, *value = NULL;
                assert_int_equal(store_resolve(s, *ref, id), 0);
                assert_int_equal(store_read(s, id, "release", 4096, &release, NULL), 0);
                assert_int_equal(store_read(s, id, "config/KEY", 4096, &value, NULL), 0);
        }
        print_message("%u applications read, %s: %.1f ms, %u KiB anonymous\n", n, what,
                      (double) (clock_monotonic() - start) / 1000, anonymous_kib());
}

static void test_figures(void **state)
{
        Store *s = open_store("figures.git");
        char id[STORE_ID_SIZE] = "", first[STORE_ID_SIZE], ref[64];
        uint64_t start = clock_monotonic();
        for (unsigned i = 0; i < 100; i++)
                assert_int_equal(commit(s, "refs/paas/release/blog", id, i, id), 0);
        print_message("a commit of two changed files, fsynced: %.2f ms\n",
                      (double) (clock_monotonic() - start) / 1000 / 100);

        for (unsigned i = 0; i < 100; i++) {
                (void) snprintf(ref, sizeof(ref), "refs/paas/app/app%u", i);
                assert_int_equal(commit(s, ref, NULL, 1, first), 0);
        }
        time_apps(s, 100, "loose");
        assert_int_equal(system("git -C figures.git gc -q"), 0);
        time_apps(s, 100, "packed");
        store_free(s);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_git_reads_it), cmocka_unit_test(test_beside_gc),
                cmocka_unit_test(test_kill),         cmocka_unit_test(test_long_log),
                cmocka_unit_test(test_figures),
        };
        return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
