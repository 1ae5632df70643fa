/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "basic/buffer.h"
#include "basic/clock.h"
#include "basic/error.h"
#include "basic/file.h"
#include "basic/settings.h"
#include "basic/strv.h"
#include "basic/text.h"
#include "basic/uuid.h"

static char directory[] = "/tmp/test-basic.XXXXXX";

static int make_directory(void **state)
{
        (void) state;
        return mkdtemp(directory) ? chdir(directory) : -1;
}

static int remove_directory(void **state)
{
        (void) state;
        return tree_remove(directory);
}

static void test_error(void **state)
{
        (void) state;
        _cleanup_error_ Error e = ERROR_NULL;

        assert_string_equal(error_text(&e, -ENOENT), strerror(ENOENT));
        assert_int_equal(error_set(&e, -EINVAL, "line %d", 3), -EINVAL);
        assert_int_equal(error_prefix(&e, -EINVAL, "Procfile"), -EINVAL);
        assert_string_equal(error_text(&e, -EINVAL), "Procfile: line 3");
        assert_int_equal(error_set(NULL, -EPERM, "nobody reads this"), -EPERM);
}

static void test_buffer(void **state)
{
        (void) state;
        _cleanup_buffer_ Buffer b = BUFFER_NULL;
        _cleanup_free_ char *text = NULL, *empty = NULL;
        size_t length;

        for (int i = 0; i < 1000; i++)
                buffer_printf(&b, "%03d,", i);
        buffer_append(&b, "\0x", 2);
        assert_int_equal(buffer_finish(&b, &text, &length), 0);
        assert_int_equal(length, 4002);
        assert_memory_equal(text + 3996, "999,\0x", 7);

        assert_int_equal(buffer_finish(&b, &empty, &length), 0);
        assert_int_equal(length, 0);
        assert_string_equal(empty, "");

        buffer_append(&b, "", SIZE_MAX - 8);
        assert_int_equal(buffer_finish(&b, &empty, &length), -ENOMEM);
}

static void test_strv(void **state)
{
        (void) state;
        _cleanup_strv_ char **list = NULL, **split = NULL;
        _cleanup_free_ char *joined = NULL;

        assert_int_equal(strv_append(&list, "b"), 0);
        assert_int_equal(strv_appendf(&list, "a%d", 1), 0);
        strv_sort(list);
        joined = strv_join(list, " ");
        assert_string_equal(joined, "a1 b");
        assert_true(strv_contains(list, "b"));
        assert_false(strv_contains(NULL, "b"));
        assert_int_equal(strv_consume(&list, NULL), -ENOMEM);

        assert_int_equal(strv_split("  one two\nthree ", " \n", &split), 0);
        assert_int_equal(strv_length(split), 3);
        assert_string_equal(split[2], "three");
}

static void test_numbers(void **state)
{
        (void) state;
        uint64_t v;

        assert_int_equal(text_parse_uint("65535", 65535, &v), 0);
        assert_int_equal(text_parse_uint("65536", 65535, &v), -ERANGE);
        assert_int_equal(text_parse_uint("18446744073709551616", UINT64_MAX, &v), -ERANGE);
        assert_int_equal(text_parse_uint("", 9, &v), -EINVAL);
        assert_int_equal(text_parse_uint("-1", 9, &v), -EINVAL);
        assert_int_equal(text_parse_uint("1 ", 9, &v), -EINVAL);
        assert_int_equal(text_parse_uint("7", 5, &v), -ERANGE);
        assert_int_equal(text_parse_seconds("20min", &v), 0);
        assert_int_equal(v, 1200);
        assert_int_equal(text_parse_bytes("2GiB", &v), 0);
        assert_int_equal(v, 2ULL << 30);
        assert_int_equal(text_parse_bytes("99999999999T", &v), -ERANGE);
        assert_int_equal(text_parse_bytes("2 G", &v), -EINVAL);
}

static void test_utf8(void **state)
{
        (void) state;
        assert_true(text_is_utf8("größe €😀", strlen("größe €😀")));
        assert_false(text_is_utf8("\xc0\x80", 2));
        assert_false(text_is_utf8("\xed\xa0\x80", 3));
        assert_false(text_is_utf8("\xf4\x90\x80\x80", 4));
        assert_false(text_is_utf8("\xe2\x82", 2));
        assert_false(text_is_utf8("a\0b", 3));
}

static void test_files(void **state)
{
        (void) state;
        _cleanup_free_ char *text = NULL;
        size_t length;
        struct stat st;

        assert_int_equal(file_write("f", "hello", 5, 0640, FILE_OWNER_SELF, FILE_SYNC), 0);
        assert_int_equal(stat("f", &st), 0);
        assert_int_equal(st.st_mode & 07777, 0640);
        assert_int_equal(file_read("f", 5, &text, &length), 0);
        assert_string_equal(text, "hello");
        assert_int_equal(file_read("f", 4, &text, &length), -EFBIG);

        assert_int_equal(symlink("f", "link"), 0);
        assert_int_equal(file_read("link", 100, &text, &length), -EINVAL);
        assert_int_equal(mkfifo("fifo", 0600), 0);
        assert_int_equal(file_read("fifo", 100, &text, &length), -EINVAL);

        assert_int_equal(dir_make_parents("a/b/c", 0755), 0);
        assert_int_equal(symlink("../../f", "a/b/out"), 0);
        assert_int_equal(tree_remove("a"), 0);
        assert_int_equal(tree_remove("a"), 0);
        assert_int_equal(access("f", F_OK), 0);
}

static void test_clock(void **state)
{
        (void) state;
        char text[CLOCK_TEXT_SIZE], age[16];
        uint64_t t;

        clock_format(UINT64_C(1700000000) * USEC_PER_SEC, text);
        assert_string_equal(text, "2023-11-14T22:13:20Z");
        assert_int_equal(clock_parse(text, &t), 0);
        assert_int_equal(t, UINT64_C(1700000000) * USEC_PER_SEC);
        assert_int_equal(clock_parse("2023-11-14", &t), -EINVAL);
        clock_format_age(3700 * USEC_PER_SEC, age);
        assert_string_equal(age, "1h");
}

static void test_uuid(void **state)
{
        (void) state;
        char a[UUID_TEXT_SIZE], b[UUID_TEXT_SIZE];
        assert_int_equal(uuid_new(a), 0);
        assert_int_equal(uuid_new(b), 0);
        assert_true(uuid_is_valid(a));
        assert_string_not_equal(a, b);
        assert_false(uuid_is_valid("../../../../../../../../etc/passwd.."));
}

static void test_settings(void **state)
{
        (void) state;
        static const char good[] = "[paas]\nbase-domain = example.com\n[build]\ntimeout = 90s\nmemory=1G\n";
        static const char unknown[] = "[build]\ntimeuot = 90s\n";
        static const char bad[] = "[build]\nmemory = lots\n";
        _cleanup_error_ Error e = ERROR_NULL;
        Settings s;

        assert_int_equal(settings_load("absent.conf", &s, &e), 0);
        assert_int_equal(s.build_timeout, 1200);
        assert_true(s.build_parallel >= 1);
        settings_clear(&s);

        assert_int_equal(file_write("good.conf", good, strlen(good), 0644, FILE_OWNER_SELF, FILE_NO_SYNC),
                         0);
        assert_int_equal(settings_load("good.conf", &s, &e), 0);
        assert_string_equal(s.base_domain, "example.com");
        assert_int_equal(s.build_timeout, 90);
        assert_int_equal(s.build_memory, 1ULL << 30);
        settings_clear(&s);

        assert_int_equal(file_write("u.conf", unknown, strlen(unknown), 0644, FILE_OWNER_SELF, FILE_NO_SYNC),
                         0);
        assert_int_equal(settings_load("u.conf", &s, &e), -EINVAL);
        assert_non_null(strstr(error_text(&e, 0), "timeuot"));

        assert_int_equal(file_write("b.conf", bad, strlen(bad), 0644, FILE_OWNER_SELF, FILE_NO_SYNC), 0);
        assert_int_equal(settings_load("b.conf", &s, &e), -EINVAL);
        assert_non_null(strstr(error_text(&e, 0), "lots"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_error),    cmocka_unit_test(test_buffer),
                cmocka_unit_test(test_strv),     cmocka_unit_test(test_numbers),
                cmocka_unit_test(test_utf8),     cmocka_unit_test(test_files),
                cmocka_unit_test(test_clock),    cmocka_unit_test(test_uuid),
                cmocka_unit_test(test_settings),
        };
        return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
