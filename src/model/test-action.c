/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "model/action.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_table_is_whole(void **state)
{
        for (Action a = 0; a < _ACTION_MAX; a++) {
                assert_non_null(action_to_string(a));
                assert_non_null(action_describe(a));
                for (Action b = 0; b < a; b++)
                        assert_string_not_equal(action_to_string(a), action_to_string(b));
        }
}

static void test_roles(void **state)
{
        Role r;
        for (Role granted = ROLE_VIEWER; granted <= ROLE_OWNER; granted++) {
                assert_int_equal(role_from_string(role_to_string(granted), &r), 0);
                assert_int_equal(r, granted);
        }
        assert_int_equal(role_from_string("admin", &r), -EINVAL);
        assert_int_equal(role_from_string("none", &r), -EINVAL);
        assert_int_equal(role_from_string("", &r), -EINVAL);
        assert_int_equal(role_from_string("Owner", &r), -EINVAL);
}

/* What reveals or breaks more needs no lesser role. */
static void test_order(void **state)
{
        assert_true(action_role(ACTION_CONFIG_READ) > action_role(ACTION_DEPLOY));
        assert_true(action_role(ACTION_DEPLOY) > action_role(ACTION_LOGS));
        assert_true(action_role(ACTION_APPS_DESTROY) > action_role(ACTION_CONFIG_SET));
        assert_int_equal(action_role(ACTION_USERS_CHANGE), ROLE_ADMIN);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_table_is_whole),
                cmocka_unit_test(test_roles),
                cmocka_unit_test(test_order),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
