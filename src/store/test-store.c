/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "store/test-store.h"

#include <errno.h>
#include <sys/stat.h>

#include "basic/clock.h"
#include "basic/strv.h"

static void assert_file(Store *s, const char *id, const char *path, const char *text)
{
        _cleanup_free_ char *data = NULL;
        size_t length;
        assert_int_equal(store_read(s, id, path, 4096, &data, &length), 0);
        assert_string_equal(data, text);
        assert_int_equal(length, strlen(text));
}

static void assert_list(Store *s, const char *id, const char *path, const char *joined)
{
        _cleanup_strv_ char **names = NULL;
        assert_int_equal(store_list(s, id, path, &names), 0);
        _cleanup_free_ char *text = strv_join(names, " ");
        assert_string_equal(text, joined);
}

static void test_open(void **state)
{
        _cleanup_error_ Error e = ERROR_NULL;
        Store *s = NULL;
        struct stat st;

        assert_int_equal(stat("state.git", &st), 0);
        assert_int_equal(st.st_mode & 07777, 0700);
        assert_int_equal(store_open("state.git", &s, &e), 0); /* opens what is there */
        store_free(s);

        assert_int_equal(mkdir("empty", 0700), 0);
        assert_int_equal(store_open("empty", &s, &e), 0); /* an empty directory made in advance */
        store_free(s);

        assert_int_equal(mkdir("other", 0700), 0);
        assert_int_equal(mkdir("other/x", 0700), 0);
        assert_true(store_open("other", &s, &e) < 0);
        assert_non_null(strstr(e.message, "other"));

        assert_int_equal(mkdir("shared", 0770), 0);
        assert_int_equal(chmod("shared", 0770), 0);
        assert_int_equal(store_open("shared", &s, &e), -EPERM);
        assert_int_equal(file_write("plain", "x", 1, 0600, FILE_OWNER_SELF, FILE_NO_SYNC), 0);
        assert_int_equal(store_open("plain", &s, &e), -ENOTDIR);
        assert_true(store_open("no/such/parent", &s, &e) < 0);
}

static void test_commit_and_read(void **state)
{
        Store *s = *state;
        char first[STORE_ID_SIZE], second[STORE_ID_SIZE], third[STORE_ID_SIZE], now[STORE_ID_SIZE];
        StoreFile files[] = {file("config/B", "two"), file("app", "{}"), file("config/A", ""),
                             file("config.json", "x")};
        StoreChange c = change(NULL, files, ELEMENTSOF(files));

        assert_int_equal(store_resolve(s, REF, now), -ENOENT);
        commit(s, &c, first);
        assert_int_equal(store_resolve(s, REF, now), 0);
        assert_string_equal(now, first);
        assert_file(s, first, "app", "{}");
        assert_file(s, first, "config/A", "");
        assert_list(s, first, "", "app config config.json");
        assert_list(s, first, "config", "A B");

        /* One value changes, one goes; the rest stays. A file that is not there may be removed. */
        StoreFile next[] = {file("config/B", NULL), file("config/C", "three"), file("gone", NULL)};
        c = change(first, next, ELEMENTSOF(next));
        commit(s, &c, second);
        assert_list(s, second, "config", "A C");
        assert_file(s, second, "app", "{}");
        assert_file(s, first, "config/B", "two");

        /* A directory whose last file goes, goes too. */
        StoreFile last[] = {file("config/A", NULL), file("config/C", NULL)};
        c = change(second, last, ELEMENTSOF(last));
        commit(s, &c, third);
        assert_list(s, third, "", "app config.json");
        assert_list(s, third, "config", "");

        _cleanup_free_ char *data = NULL;
        assert_int_equal(store_read(s, third, "config/A", 10, &data, NULL), -ENOENT);
        assert_int_equal(store_read(s, first, "config", 10, &data, NULL), -ENOENT);
        assert_int_equal(store_read(s, first, "app/x", 10, &data, NULL), -ENOENT);
        assert_int_equal(store_read(s, first, "../app", 10, &data, NULL), -ENOENT);
        assert_int_equal(store_read(s, first, "config/B", 2, &data, NULL), -EFBIG);
        assert_int_equal(store_read(s, "0123456789012345678901234567890123456789", "app", 9, &data, NULL),
                         -ENOENT);
        assert_int_equal(store_read(s, "HEAD", "app", 9, &data, NULL), -EINVAL);
        _cleanup_strv_ char **names = NULL;
        assert_int_equal(store_list(s, "0123456789012345678901234567890123456789", "", &names), -ENOENT);
}

static void test_trees(void **state)
{
        Store *s = *state;
        char old[STORE_ID_SIZE], new[STORE_ID_SIZE], back[STORE_ID_SIZE], same[STORE_ID_SIZE];
        StoreFile one = file("config/A", "1"), two = file("config/B", "2");
        StoreChange c = change(NULL, &one, 1);
        commit(s, &c, old);

        c = change(old, &two, 1);
        c.empty_tree = true;
        commit(s, &c, new);
        assert_list(s, new, "config", "B");

        /* A rollback: the whole tree of an older commit, on top of the newest. */
        c = change(new, NULL, 0);
        c.tree_of = old;
        commit(s, &c, back);
        assert_list(s, back, "config", "A");
        assert_string_not_equal(back, old);

        /* An unchanged tree is a commit too: "Status: failed". */
        c = change(back, NULL, 0);
        commit(s, &c, same);
        assert_string_not_equal(same, back);
        assert_list(s, same, "config", "A");

        /* A new chain that begins with another's tree: a promotion. */
        c = change(NULL, NULL, 0);
        c.ref = "refs/paas/release/other";
        c.tree_of = old;
        commit(s, &c, new);
        assert_file(s, new, "config/A", "1");
}

static void test_compare_and_swap(void **state)
{
        Store *s = *state;
        _cleanup_error_ Error e = ERROR_NULL;
        char first[STORE_ID_SIZE], second[STORE_ID_SIZE], other[STORE_ID_SIZE];
        StoreFile f = file("app", "1");
        StoreChange c = change(NULL, &f, 1);
        commit(s, &c, first);
        assert_int_equal(store_commit(s, &c, other, &e), -ESTALE); /* is there, must not be */
        assert_non_null(strstr(e.message, REF));

        c.expected = first;
        c.subject = "Second";
        commit(s, &c, second);
        assert_int_equal(store_commit(s, &c, other, &e), -ESTALE); /* moved */
        c.ref = "refs/paas/app/none";
        assert_int_equal(store_commit(s, &c, other, &e), -ESTALE); /* not there, must be */
        assert_int_equal(store_resolve(s, REF, other), 0);
        assert_string_equal(other, second);
}

static void test_refused_names(void **state)
{
        Store *s = *state;
        char id[STORE_ID_SIZE];
        static const char *const bad_paths[] = {"",
                                                "/a",
                                                "a/",
                                                "a/b/c",
                                                ".",
                                                "..",
                                                "../a",
                                                "a/.",
                                                ".git",
                                                "a\nb",
                                                "a b",
                                                "a//b",
                                                "config/.gitmodules"};

        for (size_t i = 0; i < ELEMENTSOF(bad_paths); i++) {
                StoreFile f = file(bad_paths[i], "x");
                StoreChange c = change(NULL, &f, 1);
                assert_int_equal(store_commit(s, &c, id, NULL), -EINVAL);
        }
        StoreFile both[] = {file("config/A", "x"), file("config", "x")};
        StoreChange c = change(NULL, both, 2);
        assert_int_equal(store_commit(s, &c, id, NULL), -EINVAL);

        c = change(NULL, NULL, 0);
        c.ref = "refs/paas/app/a..b";
        assert_int_equal(store_commit(s, &c, id, NULL), -EINVAL);
        c.ref = "HEAD";
        assert_int_equal(store_commit(s, &c, id, NULL), -EINVAL);
        c = change("deploy", NULL, 0);
        assert_int_equal(store_commit(s, &c, id, NULL), -EINVAL);
        assert_int_equal(store_resolve(s, REF, id), -ENOENT);
}

static void test_refused_lines(void **state)
{
        Store *s = *state;
        char id[STORE_ID_SIZE];
        static const char *const bad_lines[] = {"", "two\nlines", "carriage\rreturn", "escape\033[31m",
                                                "\xff"};
        static const char *const bad_trailers[] = {"Action: a\nStatus: succeeded",
                                                   "Action:a",
                                                   ": a",
                                                   "Action: ",
                                                   "Two words: a",
                                                   "Action",
                                                   "-a: b"};

        StoreChange c;

        for (size_t i = 0; i < ELEMENTSOF(bad_lines); i++) {
                c = change(NULL, NULL, 0);
                c.subject = bad_lines[i];
                assert_int_equal(store_commit(s, &c, id, NULL), -EINVAL);
                c = change(NULL, NULL, 0);
                c.author = bad_lines[i];
                assert_int_equal(store_commit(s, &c, id, NULL), -EINVAL);
        }
        for (size_t i = 0; i < ELEMENTSOF(bad_trailers); i++) {
                char *trailers[] = {(char *) "Action: deploy", (char *) bad_trailers[i], NULL};
                c = change(NULL, NULL, 0);
                c.trailers = trailers;
                assert_int_equal(store_commit(s, &c, id, NULL), -EINVAL);
        }
        c = change(NULL, NULL, 0);
        c.email = "a> 0 +0000\ncommitter x <x";
        assert_int_equal(store_commit(s, &c, id, NULL), -EINVAL);
        assert_int_equal(store_resolve(s, REF, id), -ENOENT);
}

typedef struct Seen {
        Store *store;
        unsigned n, stop_at;
        char last[STORE_ID_SIZE];
} Seen;

static int see(void *userdata, const StoreEntry *entry)
{
        Seen *seen = userdata;
        seen->n++;
        if (seen->n == 1) {
                _cleanup_free_ char *action = store_entry_trailer(entry, "Action");
                _cleanup_free_ char *id = store_entry_trailer(entry, "Request-Id");
                _cleanup_free_ char *none = store_entry_trailer(entry, "Request");
                assert_string_equal(action, "config:set");
                assert_string_equal(id, "a: b");
                assert_null(none);
                assert_string_equal(entry->author, "Ada Lovelace");
                assert_string_equal(entry->email, "");
                assert_string_equal(entry->subject, "Set Größe: x");
                assert_int_equal(entry->time, 1700000000 * USEC_PER_SEC);
                assert_int_equal(strlen(entry->parent), 40);
        }
        /* The callback may use the store. */
        assert_file(seen->store, entry->id, "app", "1");
        memcpy(seen->last, entry->id, sizeof(seen->last));
        return seen->n == seen->stop_at ? 1 : 0;
}

static int refuse(void *userdata, const StoreEntry *entry)
{
        return -ECANCELED;
}

static int first_has_no_parent(void *userdata, const StoreEntry *entry)
{
        _cleanup_free_ char *value = store_entry_trailer(entry, "Looks");
        assert_string_equal(entry->parent, "");
        assert_null(value); /* the subject is no trailer */
        return 0;
}

static void test_log(void **state)
{
        Store *s = *state;
        char first[STORE_ID_SIZE], second[STORE_ID_SIZE];
        StoreFile f = file("app", "1");
        StoreChange c = change(NULL, &f, 1);
        c.subject = "Looks: like a trailer";
        commit(s, &c, first);

        char *trailers[] = {(char *) "Action: config:set", (char *) "Request-Id: a: b", NULL};
        c = change(first, NULL, 0);
        c.subject = "Set Größe: x";
        c.email = "";
        c.trailers = trailers;
        c.time = 1700000000 * USEC_PER_SEC + 999999;
        commit(s, &c, second);

        Seen seen = {.store = s};
        assert_int_equal(store_log(s, second, see, &seen), 0);
        assert_int_equal(seen.n, 2);
        assert_string_equal(seen.last, first);
        seen = (Seen){.store = s, .stop_at = 1};
        assert_int_equal(store_log(s, second, see, &seen), 0);
        assert_int_equal(seen.n, 1);
        assert_int_equal(store_log(s, second, refuse, NULL), -ECANCELED);
        assert_int_equal(store_log(s, first, first_has_no_parent, NULL), 0);
        assert_int_equal(store_log(s, "0123456789012345678901234567890123456789", see, &seen), -ENOENT);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_open, open_store, close_store),
                cmocka_unit_test_setup_teardown(test_commit_and_read, open_store, close_store),
                cmocka_unit_test_setup_teardown(test_trees, open_store, close_store),
                cmocka_unit_test_setup_teardown(test_compare_and_swap, open_store, close_store),
                cmocka_unit_test_setup_teardown(test_refused_names, open_store, close_store),
                cmocka_unit_test_setup_teardown(test_refused_lines, open_store, close_store),
                cmocka_unit_test_setup_teardown(test_log, open_store, close_store),
        };
        return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
