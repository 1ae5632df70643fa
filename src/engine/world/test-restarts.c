/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/world/restarts.h"

static void ends_are_counted_once(void **state)
{
        (void) state;
        Restarts r = {0};
        assert_int_equal(restarts_note_ends(&r, 0), 0);
        assert_int_equal(restarts_note_ends(&r, 2), 2);
        assert_int_equal(restarts_note_ends(&r, 2), 0);
        assert_int_equal(restarts_note_ends(&r, 3), 1);
        assert_int_equal(r.total, 3);
}

/* systemd's counter begins anew with a restart that it is asked for. */
static void one_that_was_asked_for_takes_nothing_away(void **state)
{
        (void) state;
        Restarts r = {0};
        restarts_note_ends(&r, 3);
        restarts_note_lifeless(&r, 1000);
        assert_int_equal(restarts_note_ends(&r, 0), 0);
        assert_int_equal(r.total, 4);
        assert_int_equal(restarts_note_ends(&r, 1), 1);
        assert_int_equal(r.total, 5);
}

static void each_that_was_asked_for_counts_once(void **state)
{
        (void) state;
        Restarts r = {0};
        restarts_note_lifeless(&r, 0);
        assert_int_equal(r.total, 0);
        restarts_note_lifeless(&r, 1000);
        restarts_note_lifeless(&r, 1000);
        assert_int_equal(r.total, 1);
        restarts_note_lifeless(&r, 2000);
        restarts_note_lifeless(&r, 0);
        assert_int_equal(r.total, 2);
}

int main(void)
{
        const struct CMUnitTest tests[] = {cmocka_unit_test(ends_are_counted_once),
                                           cmocka_unit_test(one_that_was_asked_for_takes_nothing_away),
                                           cmocka_unit_test(each_that_was_asked_for_counts_once)};
        return cmocka_run_group_tests(tests, NULL, NULL);
}
