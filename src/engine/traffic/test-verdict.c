/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "basic/cleanup.h"
#include "engine/traffic/verdict.h"

static void shares_are_compared(void **state)
{
        (void) state;
        static const struct {
                Tally now, old;
                uint64_t least;
                bool worse;
        } cases[] = {
                {{0, 0}, {0, 0}, 0, false},
                {{0, 0}, {1000, 0}, VERDICT_SAMPLE, false},
                {{50, 1}, {1000, 0}, VERDICT_SAMPLE, false}, /* two points are not exceeded */
                {{50, 2}, {1000, 0}, VERDICT_SAMPLE, true},
                {{2, 2}, {1000, 0}, VERDICT_SAMPLE, true}, /* certain, whatever comes */
                {{1, 1}, {1000, 0}, VERDICT_SAMPLE, false},
                {{1, 1}, {1000, 0}, 1, true},
                {{100, 7}, {1000, 50}, VERDICT_SAMPLE, false},
                {{100, 8}, {1000, 50}, VERDICT_SAMPLE, true},
                {{100, 100}, {10, 10}, VERDICT_SAMPLE, false}, /* the old one did no better */
                {{1000, 21}, {0, 0}, VERDICT_SAMPLE, true},    /* nothing is known of the old one */
                {{1000, 20}, {0, 0}, VERDICT_SAMPLE, false},
        };
        for (size_t i = 0; i < ELEMENTSOF(cases); i++)
                assert_int_equal(verdict_is_worse(&cases[i].now, &cases[i].old, cases[i].least),
                                 cases[i].worse);
}

int main(void)
{
        const struct CMUnitTest tests[] = {cmocka_unit_test(shares_are_compared)};
        return cmocka_run_group_tests(tests, NULL, NULL);
}
