/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/dotenv.h"

static void expect(const char *line, const char *value)
{
        _cleanup_config_ Config c = CONFIG_NULL;
        assert_int_equal(dotenv_parse(line, strlen(line), ".env", &c, NULL), 0);
        assert_int_equal(c.n_vars, 1);
        assert_string_equal(c.vars[0].value, value);
}

static void test_values(void **state)
{
        expect("A=1", "1");
        expect("A=1\n", "1");
        expect("A=1\r\n", "1");
        expect("A=", "");
        expect("A=a b = c # d ", "a b = c # d ");
        expect("A=$HOME ${X} `id`", "$HOME ${X} `id`");
        expect("A='x # $Y \\n'", "x # $Y \\n");
        expect("A='it's'", "it's");
        expect("A=''", "");
        expect("A=\"\"", "");
        expect("A=\"a\\nb\"", "a\nb");
        expect("A=\"a\\\\nb\"", "a\\nb");
        expect("A=\"\\\"q\\\" \\$x \\t\"", "\"q\" $x t");
        expect("A=\"a\\\"", "a\\");
        expect("A=a\\nb", "a\\nb");
        expect("A=x\"y", "x\"y");
        expect("\xef\xbb\xbf# note\n\n \t\n  # note\nA=1", "1");
}

static void refuse(const char *text, size_t length, int code, const char *words)
{
        _cleanup_config_ Config c = CONFIG_NULL;
        _cleanup_error_ Error e = ERROR_NULL;
        assert_int_equal(dotenv_parse(text, length, "my.env", &c, &e), code);
        assert_non_null(e.message);
        if (!strstr(e.message, words))
                fail_msg("\"%s\" does not say \"%s\"", e.message, words);
        assert_null(strstr(e.message, "hunter2"));
        assert_int_equal(c.n_vars, 0);
}

static void refuse_text(const char *text, const char *words)
{
        refuse(text, strlen(text), -EINVAL, words);
}

static void test_refusals(void **state)
{
        refuse_text("A=1\nhunter2\n", "my.env, line 2: this is no config var: a line is NAME=value");
        refuse_text("export A=hunter2", "line 1: `export` is not understood");
        refuse_text(" A=hunter2", "without blanks");
        refuse_text("A =hunter2", "without blanks");
        refuse_text("=hunter2", "no config var");
        refuse_text("1A=hunter2", "my.env, line 1: \"1A\" cannot be the name");
        refuse_text("KEY=\"hunter2\nabc=\"\n", "line 1: the double quote is not closed");
        refuse_text("KEY='hunter2", "line 1: the single quote is not closed");
        refuse_text("KEY=\"", "line 1: the double quote");
        refuse_text("A=hunter2\n\nA=x\n", "my.env, line 3: A is set above already");
        refuse_text("A=hunter2\xff\n", "line 1: the value of A is not UTF-8");
        refuse("PORT=1", 6, -EPERM, "line 1: PORT is set by paas itself");
        refuse("A=1\nB=x\0y", 9, -EINVAL, "line 2: there is a NUL byte");
}

static void test_bounds(void **state)
{
        static char big[DOTENV_MAX_BYTES + 1];
        memset(big, '#', sizeof(big));
        refuse(big, sizeof(big), -E2BIG, "my.env has 2097153 bytes, 2097152 are possible");

        memset(big, 'x', CONFIG_VALUE_MAX + 3);
        memcpy(big, "A=", 2);
        refuse(big, CONFIG_VALUE_MAX + 3, -E2BIG, "line 1: the value of A has 65537 bytes");

        size_t n = 0;
        for (unsigned i = 0; i <= DOTENV_MAX_VARS; i++)
                n += (size_t) snprintf(big + n, sizeof(big) - n, "A%u=\n", i);
        refuse(big, n, -E2BIG, "line 10001: there are more than 10000 config vars");
}

static void test_format(void **state)
{
        static const char *const values[] = {
                "",         "plain",      "a b",  " ",        "'",
                "\"",       "\\",         "\\n",  "a\nb\n",   "$x `y`",
                "#",        "a\r",        "\r\n", "\x01\x7f", "gr\xc3\xbc\xc3\x9f",
                "'quoted'", "\"quoted\"", "x=y",  "a\\",      "!",
                "\t",
        };
        _cleanup_config_ Config c = CONFIG_NULL, again = CONFIG_NULL;
        for (size_t i = 0; i < ELEMENTSOF(values); i++) {
                char name[16];
                snprintf(name, sizeof(name), "V%02zu", i);
                assert_int_equal(config_set(&c, name, values[i]), 1);
        }
        _cleanup_free_ char *text = NULL;
        assert_int_equal(dotenv_format(&c, &text), 0);
        assert_int_equal(dotenv_parse(text, strlen(text), ".env", &again, NULL), 0);
        assert_int_equal(again.n_vars, c.n_vars);
        for (size_t i = 0; i < ELEMENTSOF(values); i++)
                assert_string_equal(again.vars[i].value, values[i]);
        assert_non_null(strstr(text, "V00=\nV01=plain\nV02=\"a b\"\n"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_values),
                cmocka_unit_test(test_refusals),
                cmocka_unit_test(test_bounds),
                cmocka_unit_test(test_format),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
