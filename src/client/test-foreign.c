/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "client/foreign.h"

#include <string.h>

static void check(const char *text, size_t length, const char *wanted)
{
        _cleanup_buffer_ Buffer b = BUFFER_NULL;
        foreign_append(&b, text, length);
        assert_string_equal(b.data ? b.data : "", wanted);
        assert_int_equal(foreign_is_harmless(text, length),
                         length == strlen(wanted) && memcmp(text, wanted, length) == 0);
        assert_true(foreign_is_harmless(b.data ? b.data : "", b.length));
}

static void what_a_terminal_would_obey_is_shown(void **state)
{
        check("plain \xc3\xa4\tand \xe4\xb8\xad", 16, "plain \xc3\xa4\tand \xe4\xb8\xad");
        check("\033[31mred\007", 9, "^[[31mred^G");
        check("a\rb\bc\177", 6, "a^Mb^Hc^?");
        check("nul\0x", 5, "nul^@x");
        check("\xc2\x9b"
              "31m",
              5, "\\u009b31m");
        check("\xe2\x80\xae"
              "abc",
              6, "\\u202eabc");
        check("\xff\xc3", 2, "\\xff\\xc3");
        check("\xed\xa0\x80", 3, "\\xed\\xa0\\x80");
        check("", 0, "");
}

static void widths_are_those_of_a_terminal(void **state)
{
        assert_int_equal(text_width("abc"), 3);
        assert_int_equal(text_width("\xc3\xa4\xc3\xb6"), 2);
        assert_int_equal(text_width("\xe4\xb8\xad\xe6\x96\x87"), 4); /* two wide ones */
        assert_int_equal(text_width("e\xcc\x81"), 1);                /* a combining accent */
        assert_int_equal(text_width("\xff"), 1);
        assert_int_equal(text_fit("abc", 2), 2);
        assert_int_equal(text_fit("a\xe4\xb8\xad", 2), 1);
        assert_int_equal(text_fit("a\xe4\xb8\xad", 3), 4);
        assert_int_equal(text_fit("", 5), 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(what_a_terminal_would_obey_is_shown),
                cmocka_unit_test(widths_are_those_of_a_terminal),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
