/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "render/envfile.h"

static void check(const char *name, const char *value, const char *expected)
{
        _cleanup_config_ Config c = CONFIG_NULL;
        _cleanup_free_ char *text = NULL;
        size_t length;

        assert_int_equal(config_set(&c, name, value), 1);
        assert_int_equal(render_env_file(&c, &text, &length), 0);
        assert_string_equal(text, expected);
        assert_int_equal(length, strlen(expected));
}

static void test_values(void **state)
{
        check("A", "", "A=\"\"\n");
        check("A", " b ", "A=\" b \"\n");
        check("A", "a\nb\r\n\x01\x7f", "A=\"a\nb\r\n\x01\x7f\"\n");
        check("A", "say \"hi\"", "A=\"say \\\"hi\\\"\"\n");
        check("A", "it's # no comment ; none", "A=\"it's # no comment ; none\"\n");
        check("A", "$HOME ${B} `id` \\n \\", "A=\"\\$HOME \\${B} \\`id\\` \\\\n \\\\\"\n");
        check("A", "gr\xc3\xbc\xc3\x9f", "A=\"gr\xc3\xbc\xc3\x9f\"\n");
        check("PAAS_COMMAND", "x", "PAAS_COMMAND=\"x\"\n");
}

static void test_order(void **state)
{
        _cleanup_config_ Config c = CONFIG_NULL;
        _cleanup_free_ char *text = NULL, *empty = NULL;
        size_t length;

        assert_int_equal(render_env_file(&c, &empty, &length), 0);
        assert_string_equal(empty, "");
        assert_int_equal(length, 0);

        assert_int_equal(config_set(&c, "B", "2"), 1);
        assert_int_equal(config_set(&c, "A", "1"), 1);
        assert_int_equal(render_env_file(&c, &text, &length), 0);
        assert_string_equal(text, "A=\"1\"\nB=\"2\"\n");
}

static void test_refused(void **state)
{
        static const char *const names[] = {"", "1A", "A B", "A\nB", "A=B", "#A", "\xc3\xa4"};
        char *text = NULL;
        size_t length;

        for (size_t i = 0; i < ELEMENTSOF(names); i++) {
                _cleanup_config_ Config c = CONFIG_NULL;
                assert_int_equal(config_set(&c, names[i], "x"), 1);
                assert_int_equal(render_env_file(&c, &text, &length), -EINVAL);
        }
        _cleanup_config_ Config c = CONFIG_NULL;
        assert_int_equal(config_set(&c, "A", "\xff"), 1);
        assert_int_equal(render_env_file(&c, &text, &length), -EINVAL);
        assert_null(text);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_values),
                cmocka_unit_test(test_order),
                cmocka_unit_test(test_refused),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
