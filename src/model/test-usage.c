/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "model/usage.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static int parse(const char *text, size_t length, Usage *u)
{
        _cleanup_error_ Error e = ERROR_NULL;
        int r = usage_parse(text, length, u, &e);
        assert_int_equal(r < 0, e.message != NULL);
        return r;
}

static void test_whole(void **state)
{
        static const char text[] = "100 repos blog.git\0"
                                   "20 slugs blog/a\0"
                                   "30 slugs blog/b\0"
                                   "7 slugs blog2/a\0"
                                   "5 gone a-uuid\0"
                                   "uid 61184\0"
                                   "1 builds blog.7\0"
                                   "end";
        _cleanup_usage_ Usage u = USAGE_NULL;
        assert_int_equal(parse(text, sizeof(text), &u), 0);
        assert_int_equal(u.n_entries, 6);
        assert_true(usage_sum(&u, USAGE_REPOSITORY, "blog", NULL) == 100);
        assert_true(usage_sum(&u, USAGE_SLUG, "blog", NULL) == 50);
        assert_true(usage_sum(&u, USAGE_SLUG, "blog", "b") == 30);
        assert_true(usage_sum(&u, USAGE_CACHE, "blog", NULL) == 0);
        assert_true(usage_sum(&u, USAGE_BUILD, "blog.7", NULL) == 1);
        assert_true(usage_has_uid(&u, 61184));
        assert_false(usage_has_uid(&u, 61185));
}

static void test_damaged(void **state)
{
        static const char *const wrong[] = {
                "",
                "end\0more",
                "x repos blog.git",
                "-1 repos blog.git",
                "1 what blog",
                "1 slugs blog",
                "1 slugs blog/a/b",
                "1 slugs /a",
                "1 slugs a/",
                "1 cache a/b",
                "1 repos .git",
                "1 repos",
                "1",
                "uid x",
                "uid 4294967295",
        };
        for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
                Usage u = USAGE_NULL;
                char text[64];
                int n = snprintf(text, sizeof(text), "%s%cend", wrong[i], '\0');
                assert_int_equal(parse(text, (size_t) n + 1, &u), -EBADMSG);
        }
        Usage u = USAGE_NULL;
        assert_int_equal(parse("end", 3, &u), -EBADMSG); /* its NUL is missing */
        assert_int_equal(parse("end\0end", 8, &u), -EBADMSG);
        assert_int_equal(parse("1 cache a", 10, &u), -EBADMSG);
        assert_int_equal(parse("", 0, &u), -EBADMSG);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_whole),
                cmocka_unit_test(test_damaged),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
