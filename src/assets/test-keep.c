/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "assets/keep.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "assets/assetindex.h"
#include "basic/cleanup.h"
#include "basic/file.h"
#include "basic/text.h"

#define NOW UINT64_C(1700000000)

static char directory[] = "/tmp/test-keep.XXXXXX";

static int setup(void **state)
{
        (void) state;
        return mkdtemp(directory) && chdir(directory) >= 0 ? 0 : -1;
}

static int teardown(void **state)
{
        (void) state;
        return tree_remove(directory);
}

static void put(const char *path, const char *text)
{
        char parent[256];
        snprintf(parent, sizeof(parent), "%s", path);
        *strrchr(parent, '/') = '\0';
        assert_true(dir_make_parents(parent, 0755) >= 0);
        assert_true(file_write(path, text, strlen(text), 0644, FILE_OWNER_SELF, FILE_NO_SYNC) >= 0);
}

static bool holds(const char *path, const char *text)
{
        _cleanup_free_ char *found = NULL;
        return file_read(path, 1024, &found, NULL) >= 0 && streq(found, text);
}

static ino_t inode(const char *path)
{
        struct stat st;
        assert_int_equal(stat(path, &st), 0);
        return st.st_ino;
}

static int make(const char *layer, const char *slug, const char *before, uint64_t now, uid_t owner)
{
        const Assets a = {.layer = layer,
                          .path = "public/assets",
                          .slug = slug,
                          .before = before,
                          .owner = owner,
                          .now = now};
        return assets_make(&a, NULL);
}

static void test_keeps_what_was_current_within_a_day(void **state)
{
        (void) state;
        uint64_t later = NOW + 3600, next_day = NOW + ASSETS_KEEP_SECONDS;
        put("s1/public/assets/a-1.js", "one");
        put("s1/public/assets/deep/same.css", "of one");
        put("s1/public/index.html", "not an asset");
        put("s2/public/assets/a-2.js", "two");
        put("s2/public/assets/deep/same.css", "of two");

        assert_int_equal(make("l/v2", "s1", "l/v1", NOW, getuid()), 0);
        assert_true(holds("l/v2/tree/public/assets/a-1.js", "one"));
        assert_int_equal(access("l/v2/tree/public/index.html", F_OK), -1);
        assert_int_equal(inode("l/v2/tree/public/assets/a-1.js"), inode("s1/public/assets/a-1.js"));

        /* The slug goes, its files stay. What is newer wins. */
        assert_int_equal(tree_remove("s1"), 0);
        assert_int_equal(make("l/v3", "s2", "l/v2", later, getuid()), 0);
        assert_true(holds("l/v3/tree/public/assets/a-1.js", "one"));
        assert_true(holds("l/v3/tree/public/assets/a-2.js", "two"));
        assert_true(holds("l/v3/tree/public/assets/deep/same.css", "of two"));

        /* A day after it was last current it goes, and the others do not. */
        assert_int_equal(make("l/v4", "none", "l/v3", next_day, getuid()), 0);
        assert_int_equal(access("l/v4/tree/public/assets/a-1.js", F_OK), -1);
        assert_true(holds("l/v4/tree/public/assets/a-2.js", "two"));
        assert_int_equal(access("l/v4.part", F_OK), -1);
}

static void test_made_once(void **state)
{
        (void) state;
        put("t/public/assets/x", "x");
        assert_int_equal(make("l/v5", "t", "none", NOW, getuid()), 0);
        put("t/public/assets/y", "y");
        assert_int_equal(make("l/v5", "t", "none", NOW, getuid()), 0);
        assert_int_equal(access("l/v5/tree/public/assets/y", F_OK), -1);

        /* Half of one, from before the power went. */
        put("l/v6.part/tree/public/assets/half", "half");
        assert_int_equal(make("l/v6", "t", "none", NOW, getuid()), 0);
        assert_true(holds("l/v6/tree/public/assets/y", "y"));
        assert_int_equal(access("l/v6/tree/public/assets/half", F_OK), -1);
}

static void test_nothing_to_keep(void **state)
{
        (void) state;
        put("bare/index.html", "hello");
        assert_int_equal(make("l/v7", "bare", "none", NOW, getuid()), 0);
        assert_int_equal(access("l/v7", F_OK), -1);
        assert_int_equal(access("l/v7.part", F_OK), -1);
}

static void test_links(void **state)
{
        (void) state;
        char target[32] = "";
        put("linked/real/secret", "secret");
        assert_int_equal(mkdir("linked/public", 0755), 0);
        assert_int_equal(symlink("../real", "linked/public/assets"), 0);
        assert_int_equal(make("l/v8", "linked", "none", NOW, getuid()), -ENOTDIR);
        assert_int_equal(access("l/v8", F_OK), -1);

        /* A link among the files is kept as one, whatever it points at. */
        put("among/public/assets/x", "x");
        assert_int_equal(symlink("/etc", "among/public/assets/dir"), 0);
        assert_int_equal(make("l/v9", "among", "none", NOW, getuid()), 0);
        assert_int_equal(readlink("l/v9/tree/public/assets/dir", target, sizeof(target) - 1), 4);
        assert_string_equal(target, "/etc");
}

static void test_another_owner_is_copied(void **state)
{
        (void) state;
        const uid_t owner = 61185;
        struct stat st;
        if (geteuid() != 0)
                skip();
        put("mine/public/assets/x", "x");
        const struct timespec times[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
        assert_int_equal(utimensat(AT_FDCWD, "mine/public/assets/x", times, 0), 0);
        assert_int_equal(make("l/v10", "mine", "none", NOW, owner), 0);
        assert_true(holds("l/v10/tree/public/assets/x", "x"));
        assert_int_equal(stat("l/v10/tree/public/assets/x", &st), 0);
        assert_int_equal(st.st_uid, owner);
        assert_int_equal(st.st_mtim.tv_sec, 1000);
        assert_int_equal(stat("l/v10/tree/public", &st), 0);
        assert_int_equal(st.st_uid, owner);
        assert_int_equal(stat("mine/public/assets/x", &st), 0);
        assert_int_equal(st.st_uid, 0);
}

static int count(void *userdata, const char *path, uint64_t seconds)
{
        *(size_t *) userdata += *path && seconds > 0;
        return 0;
}

static void test_damaged_index(void **state)
{
        (void) state;
        static const char *const bad[] = {"12 a", "x a", "12 ", "12 /etc/passwd", "12 a/../../b", "12 a/"};
        _cleanup_error_ Error e = ERROR_NULL;
        size_t n = 0;
        assert_int_equal(file_write("good",
                                    "12 a\0"
                                    "13 b c",
                                    12, 0600, FILE_OWNER_SELF, FILE_NO_SYNC),
                         0);
        assert_int_equal(asset_index_each("good", count, &n, &e), 0);
        assert_int_equal(n, 2);
        for (size_t i = 0; i < ELEMENTSOF(bad); i++) {
                /* The first one lacks its end. */
                assert_int_equal(file_write("bad", bad[i], strlen(bad[i]) + (i > 0), 0600, FILE_OWNER_SELF,
                                            FILE_NO_SYNC),
                                 0);
                assert_int_equal(asset_index_each("bad", count, &n, &e), -EBADMSG);
        }
        assert_int_equal(asset_index_each("missing", count, &n, &e), -ENOENT);

        /* Its layer is worth less than a deploy. */
        put("l/v20/tree/public/assets/lost", "lost");
        put("l/v20/index", "rubbish");
        put("s20/public/assets/x", "x");
        assert_int_equal(make("l/v21", "s20", "l/v20", NOW, getuid()), 0);
        assert_true(holds("l/v21/tree/public/assets/x", "x"));
        assert_int_equal(access("l/v21/tree/public/assets/lost", F_OK), -1);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_keeps_what_was_current_within_a_day),
                cmocka_unit_test(test_made_once),
                cmocka_unit_test(test_nothing_to_keep),
                cmocka_unit_test(test_links),
                cmocka_unit_test(test_another_owner_is_copied),
                cmocka_unit_test(test_damaged_index),
        };
        return cmocka_run_group_tests(tests, setup, teardown);
}
