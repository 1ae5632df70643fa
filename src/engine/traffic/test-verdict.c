/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "basic/cleanup.h"
#include "engine/state.h"
#include "engine/traffic/verdict.h"
#include "engine/world/tally.h"

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

/* From the moment of its end, which is told once, not only when it is started again. */
static void an_end_is_told_at_once(void **state)
{
        (void) state;
        RouterReload *reload = (RouterReload *) &reload; /* while one is under way the router is not asked */
        Engine e = {.reload = reload};
        char type[] = "web", waiting[] = "auto-restart", running[] = "running";
        Instance web = {.name = {.type = type, .index = 1, .version = 7},
                        .phase = INSTANCE_READY,
                        .state = UNIT_ACTIVATING,
                        .sub_state = waiting,
                        .exit_code = CLD_EXITED,
                        .exit_status = 7};
        Instance *instances[] = {&web};
        AppWorld w = {.engine = &e, .instances = instances, .n_instances = 1};
        static const Tally none;
        Standing now;

        assert_int_equal(standing_read(&w, NULL, 7, &now, NULL), -EAGAIN);
        assert_int_equal(now.ends, 1);
        char *complaint = standing_complaint(&now, &none, 6, 0, VERDICT_SAMPLE);
        assert_string_equal(complaint, "web.1 exited with status 7");
        free(complaint);

        web.state = UNIT_ACTIVE;
        web.sub_state = running;
        web.restarts.counted = 1;
        assert_int_equal(standing_read(&w, NULL, 7, &now, NULL), -EAGAIN);
        assert_int_equal(now.ends, 1);
}

int main(void)
{
        const struct CMUnitTest tests[] = {cmocka_unit_test(shares_are_compared),
                                           cmocka_unit_test(an_end_is_told_at_once)};
        return cmocka_run_group_tests(tests, NULL, NULL);
}
