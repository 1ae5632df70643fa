/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "basic/cleanup.h"
#include "engine/traffic/drainplan.h"

static void two_releases_may_leave(void **state)
{
        (void) state;
        Leaving list[] = {
                {.type = "web", .index = 1, .version = 11, .since = 100},
                {.type = "web", .index = 2, .version = 11, .since = 100},
                {.type = "web", .index = 1, .version = 12, .since = 200},
                {.type = "web", .index = 1, .version = 14, .since = 300},
                {.type = "web", .index = 2, .version = 14, .since = 300},
                {.type = "worker", .index = 1, .version = 11, .since = 100},
        };
        drain_choose(list, ELEMENTSOF(list), 2);
        assert_true(list[0].cut);
        assert_true(list[1].cut);
        for (size_t i = 2; i < ELEMENTSOF(list); i++)
                assert_false(list[i].cut);
        drain_choose(list, ELEMENTSOF(list), 3);
        for (size_t i = 0; i < ELEMENTSOF(list); i++)
                assert_false(list[i].cut);
}

/* Four processes of one release that leave at once are one release. A restart replaces one process again and
 * again. */
static void restarts_count_by_process(void **state)
{
        (void) state;
        Leaving list[] = {
                {.type = "web", .index = 1, .version = 11, .since = 100},
                {.type = "web", .index = 1, .version = 11, .since = 300},
                {.type = "web", .index = 1, .version = 11, .since = 200},
                {.type = "web", .index = 2, .version = 11, .since = 50},
        };
        drain_choose(list, ELEMENTSOF(list), 2);
        assert_true(list[0].cut);
        assert_false(list[1].cut);
        assert_false(list[2].cut);
        assert_false(list[3].cut);
}

static void none_may_leave_slowly(void **state)
{
        (void) state;
        Leaving one = {.type = "web", .index = 1, .version = 1, .since = 1};
        drain_choose(&one, 1, 0);
        assert_true(one.cut);
        drain_choose(NULL, 0, 2);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(two_releases_may_leave),
                cmocka_unit_test(restarts_count_by_process),
                cmocka_unit_test(none_may_leave_slowly),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
