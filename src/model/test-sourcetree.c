/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "basic/buffer.h"
#include "model/sourcetree.h"

#define HASH "0123456789012345678901234567890123456789"

static const SourceLimits wide = {.max_bytes = 1 << 30, .max_files = 500000};

static void put(Buffer *b, const char *mode, const char *type, const char *size, const char *path)
{
        buffer_printf(b, "%s %s " HASH " %7s\t%s", mode, type, size, path);
        buffer_append(b, "", 1);
}

static void put_file(Buffer *b, const char *size, const char *path)
{
        put(b, "100644", "blob", size, path);
}

/* Feeds the listing in pieces of `step` bytes. */
static int judge(const Buffer *b, SourceLimits limits, size_t step, Error *e)
{
        _cleanup_(source_tree_freep) SourceTree *t = NULL;
        assert_int_equal(source_tree_new(limits, &t), 0);
        for (size_t i = 0; i < b->length; i += step) {
                size_t n = b->length - i < step ? b->length - i : step;
                int r = source_tree_feed(t, b->data + i, n, e);
                if (r < 0) {
                        assert_int_equal(source_tree_feed(t, "", 1, NULL), -EINVAL);
                        assert_int_equal(source_tree_finish(t, NULL), -EINVAL);
                        return r;
                }
        }
        return source_tree_finish(t, e);
}

static void check(const Buffer *b, SourceLimits limits, int expected, const char *message)
{
        static const size_t steps[] = {1, 7, 4096};
        for (size_t i = 0; i < ELEMENTSOF(steps); i++) {
                _cleanup_error_ Error e = ERROR_NULL;
                assert_int_equal(judge(b, limits, steps[i], &e), expected);
                if (message)
                        assert_string_equal(e.message, message);
                else
                        assert_null(e.message);
        }
}

static void test_good(void **state)
{
        _cleanup_buffer_ Buffer b = BUFFER_NULL, empty = BUFFER_NULL;

        check(&empty, wide, 0, NULL);
        put_file(&b, "0", "Procfile");
        put_file(&b, "123456789", ".gitignore");
        put_file(&b, "1", "a/.github/x y\n\t\xff");
        put_file(&b, "1", "...");
        put_file(&b, "1", "a/.git2");
        put(&b, "120000", "blob", "11", "link to /etc");
        put(&b, "100755", "blob", "11", "bin/run");
        check(&b, wide, 0, NULL);
}

static void test_submodule(void **state)
{
        _cleanup_buffer_ Buffer b = BUFFER_NULL;

        put_file(&b, "1", ".gitmodules");
        put(&b, "160000", "commit", "-", "vendor/lib");
        check(&b, wide, -EINVAL,
              "\"vendor/lib\" is a submodule, which is not fetched: vendor it into the tree");
        put(&b, "160000", "commit", "-", "vendor/more");
        put(&b, "160000", "commit", "-", "vendor/z");
        check(&b, wide, -EINVAL,
              "\"vendor/lib\" and 2 more are submodules, which are not fetched: vendor them into the tree");
}

static void test_names(void **state)
{
        static const char *const bad[] = {
                ".git", ".GIT/x", "a/.Git/config", "..", "a/../b", ".", "./a", "a//b", "/a", "a/", "a/.",
        };
        for (size_t i = 0; i < ELEMENTSOF(bad); i++) {
                _cleanup_buffer_ Buffer b = BUFFER_NULL;
                _cleanup_error_ Error e = ERROR_NULL;
                put_file(&b, "1", bad[i]);
                assert_int_equal(judge(&b, wide, 5, &e), -EINVAL);
                assert_non_null(strstr(e.message, "in the tree cannot be built: "));
        }
        _cleanup_buffer_ Buffer b = BUFFER_NULL;
        put_file(&b, "1", "x");
        put_file(&b, "1", "a\x1b/.GIT/config");
        put_file(&b, "1", "..");
        check(&b, wide, -EINVAL,
              "\"a?/.GIT/config\" in the tree cannot be built: \".git\" is git's own: remove it from the "
              "commit");
}

static void test_long_names(void **state)
{
        char path[PATH_MAX + 100];
        _cleanup_buffer_ Buffer good = BUFFER_NULL, bad = BUFFER_NULL, longest = BUFFER_NULL,
                                longer = BUFFER_NULL;
        _cleanup_error_ Error e = ERROR_NULL, e2 = ERROR_NULL;

        memset(path, 'a', sizeof(path));
        path[NAME_MAX] = '\0';
        put_file(&good, "1", path);
        check(&good, wide, 0, NULL);
        path[NAME_MAX] = 'a';
        path[NAME_MAX + 1] = '\0';
        put_file(&bad, "1", path);
        assert_int_equal(judge(&bad, wide, 100, &e), -EINVAL);
        assert_non_null(strstr(e.message, "255"));

        for (size_t i = 0; i < sizeof(path); i++)
                path[i] = i % 2 ? '/' : 'a';
        path[PATH_MAX - 1] = '\0';
        put_file(&longest, "1", path);
        check(&longest, wide, 0, NULL);
        path[PATH_MAX - 1] = 'b';
        path[PATH_MAX] = '\0';
        put_file(&longer, "1", path);
        assert_int_equal(judge(&longer, wide, 100, &e2), -EINVAL);
        assert_non_null(strstr(e2.message, "4095"));

        /* However long it is. */
        _cleanup_buffer_ Buffer endless = BUFFER_NULL;
        buffer_puts(&endless, "100644 blob " HASH " 1\t");
        for (int i = 0; i < 20000; i++)
                buffer_puts(&endless, "a/");
        buffer_append(&endless, "b", 2);
        _cleanup_error_ Error e3 = ERROR_NULL;
        assert_int_equal(judge(&endless, wide, 777, &e3), -EINVAL);
        assert_non_null(strstr(e3.message, "4095"));
}

static void test_bytes(void **state)
{
        _cleanup_buffer_ Buffer b = BUFFER_NULL;
        SourceLimits limits = {.max_bytes = 2000, .max_files = 10};

        put_file(&b, "1000", "a");
        put_file(&b, "1000", "b");
        check(&b, limits, 0, NULL);
        put_file(&b, "1", "c");
        put_file(&b, "2048", "d/e");
        put_file(&b, "0", "f");
        put_file(&b, "5", "g");
        put_file(&b, "3145728", "h");
        check(&b, limits, -EFBIG,
              "the tree has 3.0 MiB in 7 files, 2.0 KiB are possible at most (max-source in "
              "/etc/paas/paas.conf). The largest are:\n  3.0 MiB  h\n  2.0 KiB  d/e\n  1000 bytes  a\n"
              "  1000 bytes  b\n  5 bytes  g");
}

static void test_overflow(void **state)
{
        _cleanup_buffer_ Buffer b = BUFFER_NULL;
        put_file(&b, "18446744073709551615", "a");
        put_file(&b, "18446744073709551615", "b");
        check(&b, wide, -EFBIG,
              "the tree has 16.0 EiB in 2 files, 1.0 GiB are possible at most (max-source in "
              "/etc/paas/paas.conf). The largest are:\n  16.0 EiB  a\n  16.0 EiB  b");
}

static void test_files(void **state)
{
        _cleanup_buffer_ Buffer b = BUFFER_NULL, flat = BUFFER_NULL;
        SourceLimits limits = {.max_bytes = 1 << 20, .max_files = 6};
        static const char *const paths[] = {"a/1", "b/1", "b/2", "c", "d/1/x", "d/2/x"};

        for (size_t i = 0; i < ELEMENTSOF(paths); i++)
                put_file(&b, "1", paths[i]);
        check(&b, limits, 0, NULL);
        put_file(&b, "1", "d/3");
        check(&b, limits, -EFBIG,
              "the tree has 7 files, 6 are possible at most (max-files in /etc/paas/paas.conf). Most are "
              "in:\n"
              "  3 files  d/\n  2 files  b/\n  1 files  a/");

        for (int i = 0; i < 7; i++)
                put_file(&flat, "1", "x");
        check(&flat, limits, -EFBIG,
              "the tree has 7 files, 6 are possible at most (max-files in /etc/paas/paas.conf).");
}

static void test_no_listing(void **state)
{
        static const char *const bad[] = {
                "x",
                "100644 blob " HASH " 1",
                "100644 blob " HASH " 1\t",
                "100644 blob " HASH " x\ta",
                "100644 blob " HASH " -\ta",
                "100644 blob " HASH " -1\ta",
                "160000 commit " HASH " 1\ta",
                "040000 tree " HASH " -\ta",
                "10064 blob " HASH " 1\ta",
                "100648 blob " HASH " 1\ta",
                "100644 blob XYZ 1\ta",
                "100644 blob " HASH " 1 1\ta",
                "100644 " HASH " 1\ta",
                "100644 blob " HASH " 99999999999999999999\ta",
                "\ta",
        };
        for (size_t i = 0; i < ELEMENTSOF(bad); i++) {
                _cleanup_buffer_ Buffer b = BUFFER_NULL;
                _cleanup_error_ Error e = ERROR_NULL;
                put_file(&b, "1", "good");
                buffer_append(&b, bad[i], strlen(bad[i]) + 1);
                assert_int_equal(judge(&b, wide, 3, &e), -EINVAL);
                assert_string_equal(e.message, "git's listing of the tree cannot be read, behind 1 files");
        }
        _cleanup_buffer_ Buffer cut = BUFFER_NULL;
        buffer_puts(&cut, "100644 blob " HASH " 1\ta");
        assert_int_equal(judge(&cut, wide, 3, NULL), -EINVAL);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_good),  cmocka_unit_test(test_submodule),
                cmocka_unit_test(test_names), cmocka_unit_test(test_long_names),
                cmocka_unit_test(test_bytes), cmocka_unit_test(test_overflow),
                cmocka_unit_test(test_files), cmocka_unit_test(test_no_listing),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
