/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "basic/text.h"
#include "model/config.h"
#include "model/name.h"

static char big[CONFIG_VALUE_MAX + 2];

static int check(const char *name, const char *value)
{
        return config_var_check(name, value, strlen(value), NULL);
}

static void test_names(void **state)
{
        static const char *const good[] = {"A", "_", "a1", "DATABASE_URL", "HEROKU_POSTGRESQL_RED_URL"};
        static const char *const bad[] = {"", "1A", "A-B", "A B", "A=B", "A.B", "\xc3\xa4", "A\n"};
        static const char *const reserved[] = {
                "PORT",           "DYNO",
                "HOME",           "PAAS_X",
                "PAAS_",          "LISTEN_FDS",
                "INVOCATION_ID",  "JOURNAL_STREAM",
                "NOTIFY_SOCKET",  "HEROKU_APP_NAME",
                "HEROKU_APP_ID",  "LISTEN_PID",
                "HEROKU_DYNO_ID", "HEROKU_SLUG_COMMIT",
        };
        for (size_t i = 0; i < ELEMENTSOF(good); i++)
                assert_int_equal(check(good[i], "x"), 0);
        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                assert_int_equal(check(bad[i], "x"), -EINVAL);
        for (size_t i = 0; i < ELEMENTSOF(reserved); i++) {
                assert_int_equal(check(reserved[i], "x"), -EPERM);
                assert_true(config_name_reserved(reserved[i]));
        }
        assert_false(config_name_reserved("PORTS"));

        char name[CONFIG_NAME_MAX + 2] = {0};
        memset(name, 'A', CONFIG_NAME_MAX);
        assert_int_equal(check(name, "x"), 0);
        name[CONFIG_NAME_MAX] = 'A';
        assert_int_equal(check(name, "x"), -E2BIG);
}

static void test_values(void **state)
{
        static const char *const good[] = {"",         " ",        "a\nb\r\n",
                                           "\x01\x7f", "\"'$`\\#", "gr\xc3\xbc\xc3\x9f"};
        for (size_t i = 0; i < ELEMENTSOF(good); i++)
                assert_int_equal(check("A", good[i]), 0);
        assert_int_equal(check("A", "\xff"), -EINVAL);
        assert_int_equal(check("A", "\xed\xa0\x80"), -EINVAL);
        assert_int_equal(config_var_check("A", "a\0b", 3, NULL), -EINVAL);

        memset(big, 'x', CONFIG_VALUE_MAX);
        assert_int_equal(check("A", big), 0);
        big[CONFIG_VALUE_MAX] = 'x';
        _cleanup_error_ Error e = ERROR_NULL;
        assert_int_equal(config_var_check("SECRET", big, CONFIG_VALUE_MAX + 1, &e), -E2BIG);
        assert_non_null(
                strstr(e.message, "the value of SECRET has 65537 bytes, 65536 are possible at most"));
        assert_null(strstr(e.message, "xx"));
        big[CONFIG_VALUE_MAX] = '\0';
}

static void test_compare(void **state)
{
        _cleanup_config_ Config a = CONFIG_NULL, b = CONFIG_NULL;
        _cleanup_free_ ConfigChange *list = NULL, *none = NULL;
        size_t n;
        assert_int_equal(config_set(&a, "B", "1"), 1);
        assert_int_equal(config_set(&a, "C", "same"), 1);
        assert_int_equal(config_set(&a, "D", "old"), 1);
        assert_int_equal(config_set(&b, "A", "new"), 1);
        assert_int_equal(config_set(&b, "C", "same"), 1);
        assert_int_equal(config_set(&b, "D", ""), 1);
        assert_int_equal(config_compare(&a, &b, &list, &n), 0);
        assert_int_equal(n, 3);
        assert_true(streq(list[0].name, "A") && !list[0].from && streq(list[0].to, "new"));
        assert_true(streq(list[1].name, "B") && streq(list[1].from, "1") && !list[1].to);
        assert_true(streq(list[2].name, "D") && streq(list[2].from, "old") && streq(list[2].to, ""));
        assert_int_equal(config_compare(&a, &a, &none, &n), 0);
        assert_int_equal(n, 0);
}

static void test_total(void **state)
{
        _cleanup_config_ Config c = CONFIG_NULL;
        _cleanup_error_ Error e = ERROR_NULL;
        char name[] = "A0";

        memset(big, 'x', CONFIG_VALUE_MAX);
        big[CONFIG_VALUE_MAX] = '\0';
        for (int i = 0; i < 15; i++, name[1]++)
                assert_int_equal(config_set(&c, name, big), 1);
        assert_int_equal(config_check_total(&c, NULL), 0);

        /* 15 values with names of two, '=' and NUL; the last fills the rest. */
        size_t rest = CONFIG_TOTAL_MAX - 15 * (CONFIG_VALUE_MAX + 4) - 4;
        big[rest] = '\0';
        assert_int_equal(config_set(&c, "B0", big), 1);
        assert_int_equal(config_check_total(&c, NULL), 0);
        big[rest] = 'x';
        big[rest + 1] = '\0';
        assert_int_equal(config_set(&c, "B0", big), 1);
        assert_int_equal(config_check_total(&c, &e), -E2BIG);
        assert_non_null(strstr(e.message, "1048577 bytes, 1048576"));
}

static void test_set(void **state)
{
        _cleanup_config_ Config c = CONFIG_NULL;

        assert_null(config_get(&c, "A"));
        assert_int_equal(config_unset(&c, "A"), 0);
        assert_int_equal(config_set(&c, "C", "3"), 1);
        assert_int_equal(config_set(&c, "A", "1"), 1);
        assert_int_equal(config_set(&c, "B", "2"), 1);
        assert_int_equal(config_set(&c, "B", "2"), 0);
        assert_int_equal(config_set(&c, "B", ""), 1);
        assert_int_equal(c.n_vars, 3);
        assert_string_equal(c.vars[0].name, "A");
        assert_string_equal(c.vars[1].name, "B");
        assert_string_equal(c.vars[2].name, "C");
        assert_string_equal(config_get(&c, "B"), "");
        assert_int_equal(config_unset(&c, "B"), 1);
        assert_null(config_get(&c, "B"));
        assert_string_equal(config_get(&c, "C"), "3");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_names), cmocka_unit_test(test_values), cmocka_unit_test(test_compare),
                cmocka_unit_test(test_total), cmocka_unit_test(test_set),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
