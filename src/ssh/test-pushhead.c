/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ssh/pushhead.h"

#include <errno.h>
#include <string.h>

#define ONE "1111111111111111111111111111111111111111"
#define TWO "2222222222222222222222222222222222222222"

/* Feeds in pieces of `step` bytes. */
static void check(const char *input, size_t step, const char *forward, const char *shallow, const char *rest)
{
        _cleanup_push_head_ PushHead h = PUSH_HEAD_NULL;
        size_t length = strlen(input);

        for (size_t i = 0; i < length; i += step)
                assert_int_equal(push_head_feed(&h, input + i, length - i < step ? length - i : step, NULL),
                                 0);
        assert_string_equal(h.forward.data ? h.forward.data : "", forward);
        assert_string_equal(h.shallow.data ? h.shallow.data : "", shallow);
        assert_int_equal(h.pending.length, strlen(rest));
        assert_memory_equal(h.pending.data ? h.pending.data : "", rest, strlen(rest));
        assert_int_equal(h.complete, length > 3 && *rest != '\0');
}

static void shallow_lines_are_taken_out(void **state)
{
        check("0034shallow " ONE "0035shallow " TWO "\n0008abcd0000PACK", 1, "0008abcd", ONE "\n" TWO "\n",
              "0000PACK");
        check("0034shallow " ONE "0035shallow " TWO "\n0008abcd0000PACK", 1000, "0008abcd",
              ONE "\n" TWO "\n", "0000PACK");
}

static void all_else_is_passed_on(void **state)
{
        check("0008abcd0000", 3, "0008abcd", "", "0000");
        check("0014shallow 12345678", 7, "0014shallow 12345678", "", "");
        check("0004", 1, "0004", "", "");
        check("000", 1, "", "", "000");
        check("GET / HTTP/1.1", 5, "", "", "GET / HTTP/1.1");
        check("0001x", 5, "", "", "0001x");
        check("0034shallow " ONE "zzzz", 50, "", ONE "\n", "zzzz");
}

static void too_many_are_refused(void **state)
{
        _cleanup_push_head_ PushHead h = PUSH_HEAD_NULL;
        _cleanup_error_ Error e = ERROR_NULL;
        int r = 0;

        for (size_t n = 0; r >= 0 && n <= PUSH_HEAD_SHALLOW_MAX / 41; n++)
                r = push_head_feed(&h, "0034shallow " ONE, 52, &e);
        assert_int_equal(r, -E2BIG);
        assert_non_null(strstr(e.message, "--unshallow"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(shallow_lines_are_taken_out),
                cmocka_unit_test(all_else_is_passed_on),
                cmocka_unit_test(too_many_are_refused),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
