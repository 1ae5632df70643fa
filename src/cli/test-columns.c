/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/columns.h"

#include <unistd.h>

#include "cli/test-capture.h"

static void columns_are_aligned(void **state)
{
        _cleanup_columns_ Columns c = columns_new("NAME|N|TEXT");
        Capture capture;

        columns_put(&c, "b\xc3\xa4r");
        columns_putf(&c, "%d", 12);
        columns_put(&c, "x");
        columns_put(&c, "\xe4\xb8\xad\xe6\x96\x87\xe4\xb8\xad");
        columns_put(&c, "");
        columns_put(&c, "two words");
        capture_begin(&capture);
        int r = columns_print(&c, "nothing");
        capture_end(&capture);
        assert_int_equal(r, 0);
        assert_string_equal(capture.text, "NAME    N   TEXT\n"
                                          "b\xc3\xa4r     12  x\n"
                                          "\xe4\xb8\xad\xe6\x96\x87\xe4\xb8\xad      two words\n");
}

static void what_is_put_in_is_harmless(void **state)
{
        _cleanup_columns_ Columns c = {.n = 2};
        Capture capture;

        columns_put(&c, "a\033[2J");
        columns_put(&c, "one\ntwo");
        capture_begin(&capture);
        int r = columns_print(&c, NULL);
        capture_end(&capture);
        assert_int_equal(r, 0);
        assert_string_equal(capture.text, "a^[[2J  one^Jtwo\n");
}

static void without_rows_one_sentence(void **state)
{
        _cleanup_columns_ Columns c = columns_new("A|B");
        Capture capture;

        capture_begin(&capture);
        int r = columns_print(&c, "There is none");
        capture_end(&capture);
        assert_int_equal(r, 0);
        assert_string_equal(capture.text, "There is none\n");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(columns_are_aligned),
                cmocka_unit_test(what_is_put_in_is_harmless),
                cmocka_unit_test(without_rows_one_sentence),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
