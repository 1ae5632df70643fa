/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "basic/strv.h"
#include "render/unitspec.h"

static void test_scalars(void **state)
{
        (void) state;
        _cleanup_unit_spec_ UnitSpec *s = unit_spec_new("a.service");

        unit_spec_string(s, "Type", "exec");
        unit_spec_stringf(s, "Slice", "paas-%s.slice", "app");
        unit_spec_bool(s, "AddRef", true);
        unit_spec_u64(s, "MemoryMax", UINT64_MAX);
        unit_spec_u32(s, "UMask", 077);
        unit_spec_i32(s, "KillSignal", -15);
        unit_spec_fd(s, "StandardInputFileDescriptor", 0);
        assert_int_equal(unit_spec_check(s), 0);
        assert_string_equal(s->name, "a.service");
        assert_int_equal(s->n_properties, 7);
        assert_string_equal(s->properties[1].string, "paas-app.slice");
        assert_int_equal(s->properties[2].number, 1);
        assert_true(s->properties[3].number == UINT64_MAX);
        assert_int_equal((int32_t) s->properties[5].number, -15);
        assert_int_equal(s->properties[6].fd, 0);
}

static void test_lists_gather(void **state)
{
        (void) state;
        _cleanup_unit_spec_ UnitSpec *s = unit_spec_new("a.service");

        unit_spec_list(s, UNIT_EXEC, "ExecStart", "/usr/bin/env");
        unit_spec_list(s, UNIT_STRV, "Environment", "A=1");
        unit_spec_list(s, UNIT_EXEC, "ExecStart", "true");
        unit_spec_listf(s, UNIT_STRV, "Environment", "PORT=%d", 20000);
        unit_spec_bind(s, "BindPaths", "/a", "/b");
        unit_spec_bind(s, "BindPaths", "/c", "/d");
        assert_int_equal(unit_spec_check(s), 0);
        assert_int_equal(s->n_properties, 3);
        assert_int_equal(strv_length(s->properties[0].list), 2);
        assert_string_equal(s->properties[0].list[1], "true");
        assert_string_equal(s->properties[1].list[1], "PORT=20000");
        assert_int_equal(strv_length(s->properties[2].list), 2);
        assert_string_equal(s->properties[2].list2[1], "/d");
}

static void test_mistakes_are_kept(void **state)
{
        (void) state;
        _cleanup_unit_spec_ UnitSpec *mixed = unit_spec_new("a.service"),
                                     *scalar = unit_spec_new("a.service");

        unit_spec_string(mixed, "Environment", "A=1");
        unit_spec_list(mixed, UNIT_STRV, "Environment", "B=2");
        unit_spec_u64(mixed, "MemoryMax", 1);
        assert_int_equal(unit_spec_check(mixed), -EINVAL);
        assert_int_equal(mixed->n_properties, 1);

        unit_spec_list(scalar, UNIT_U64, "MemoryMax", "1");
        assert_int_equal(unit_spec_check(scalar), -EINVAL);
}

static void test_out_of_memory(void **state)
{
        (void) state;
        UnitSpec *s = NULL; /* what unit_spec_new() returns then */

        unit_spec_string(s, "Type", "exec");
        unit_spec_list(s, UNIT_STRV, "Environment", "A=1");
        unit_spec_bind(s, "BindPaths", "/a", "/b");
        assert_int_equal(unit_spec_check(s), -ENOMEM);
        assert_null(unit_spec_free(s));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_scalars),
                cmocka_unit_test(test_lists_gather),
                cmocka_unit_test(test_mistakes_are_kept),
                cmocka_unit_test(test_out_of_memory),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
