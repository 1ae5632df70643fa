/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "model/wall.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "basic/strv.h"

static void test_set_and_remove(void **state)
{
        _cleanup_strv_ char **walls = NULL;
        assert_null(wall_find(walls, 1));
        assert_int_equal(wall_set(&walls, 12, "drops a column"), 0);
        assert_int_equal(wall_set(&walls, 1, "first"), 0);
        assert_string_equal(wall_find(walls, 12), "drops a column");
        assert_string_equal(wall_find(walls, 1), "first");
        assert_null(wall_find(walls, 2));
        assert_int_equal(wall_set(&walls, 12, "drops two columns"), 0);
        assert_string_equal(wall_find(walls, 12), "drops two columns");
        assert_int_equal(strv_length(walls), 2);
        assert_int_equal(wall_remove(&walls, 12), 0);
        assert_int_equal(wall_remove(&walls, 12), -ENOENT);
        assert_string_equal(wall_find(walls, 1), "first");
}

static void test_limits(void **state)
{
        _cleanup_strv_ char **walls = NULL;
        char text[WALL_REASON_MAX + 2];
        for (uint64_t i = 1; i <= WALLS_MAX; i++)
                assert_int_equal(wall_set(&walls, i, "x"), 0);
        assert_int_equal(wall_set(&walls, WALLS_MAX + 1, "x"), -E2BIG);

        memset(text, 'x', sizeof(text));
        text[WALL_REASON_MAX] = '\0';
        assert_int_equal(wall_reason_check(text, NULL), 0);
        text[WALL_REASON_MAX] = 'x';
        text[WALL_REASON_MAX + 1] = '\0';
        assert_int_equal(wall_reason_check(text, NULL), -EINVAL);
        assert_int_equal(wall_reason_check("", NULL), -EINVAL);
        assert_int_equal(wall_reason_check("two\nlines", NULL), -EINVAL);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_set_and_remove),
                cmocka_unit_test(test_limits),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
