/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "model/pipeline.h"

#define ID "0b31a1b5-6a0c-4c5e-9f4e-2d8f0f6f1a11"
#define HEAD                                                                                                \
  "{\"id\": \"" ID "\", \"name\": \"shop\", \"owner\": \"ada\", \"created\": \"2025-11-21T03:27:00Z\", "

static const char stored[] = "{\n"
                             "  \"created\": \"2025-11-21T03:27:00Z\",\n"
                             "  \"id\": \"" ID "\",\n"
                             "  \"name\": \"shop\",\n"
                             "  \"owner\": \"ada\",\n"
                             "  \"stages\": [\n"
                             "    {\n"
                             "      \"app\": \"shop-staging\",\n"
                             "      \"stage\": \"staging\"\n"
                             "    },\n"
                             "    {\n"
                             "      \"app\": \"shop\",\n"
                             "      \"stage\": \"production\"\n"
                             "    }\n"
                             "  ]\n"
                             "}\n";

static void test_format(void **state)
{
        _cleanup_pipeline_ Pipeline p = PIPELINE_NULL, copy = PIPELINE_NULL;
        _cleanup_free_ char *text = NULL;

        assert_int_equal(pipeline_parse(stored, strlen(stored), &p, NULL), 0);
        assert_string_equal(p.name, "shop");
        assert_string_equal(p.owner, "ada");
        assert_int_equal(p.n_apps, 2);
        assert_int_equal(pipeline_copy(&p, &copy), 0);
        assert_int_equal(pipeline_format(&copy, &text), 0);
        assert_string_equal(text, stored);
}

static void test_order(void **state)
{
        _cleanup_pipeline_ Pipeline p = PIPELINE_NULL;
        Stage next;

        assert_int_equal(pipeline_put(&p, "b", STAGE_PRODUCTION), 0);
        assert_int_equal(pipeline_put(&p, "c", STAGE_STAGING), 0);
        assert_int_equal(pipeline_put(&p, "a", STAGE_PRODUCTION), 0);
        assert_int_equal(pipeline_put(&p, "a", STAGE_PRODUCTION), 1);
        assert_string_equal(p.apps[0].app, "c");
        assert_string_equal(p.apps[1].app, "a");
        assert_string_equal(p.apps[2].app, "b");

        /* A stage without applications is passed over. */
        assert_int_equal(pipeline_next_stage(&p, STAGE_REVIEW, &next), 0);
        assert_int_equal(next, STAGE_STAGING);
        assert_int_equal(pipeline_next_stage(&p, STAGE_STAGING, &next), 0);
        assert_int_equal(next, STAGE_PRODUCTION);
        assert_int_equal(pipeline_next_stage(&p, STAGE_PRODUCTION, &next), -ENOENT);

        /* From one stage to another: it is in one only. */
        assert_int_equal(pipeline_put(&p, "b", STAGE_DEVELOPMENT), 0);
        assert_int_equal(p.n_apps, 3);
        assert_string_equal(p.apps[0].app, "b");
        assert_int_equal(pipeline_remove(&p, "c"), 0);
        assert_int_equal(pipeline_remove(&p, "c"), -ENOENT);
        assert_null(pipeline_find(&p, "c"));
        assert_int_equal(pipeline_find(&p, "a")->stage, STAGE_PRODUCTION);
}

static void test_bounds(void **state)
{
        _cleanup_pipeline_ Pipeline p = PIPELINE_NULL;
        char name[16];

        for (int i = 0; i < PIPELINE_APPS_MAX; i++) {
                snprintf(name, sizeof(name), "app%d", i);
                assert_int_equal(pipeline_put(&p, name, STAGE_REVIEW), 0);
        }
        assert_int_equal(pipeline_put(&p, "one-more", STAGE_REVIEW), -E2BIG);
        assert_int_equal(pipeline_put(&p, "app7", STAGE_STAGING), 0); /* it is there already */
        assert_int_equal(p.n_apps, PIPELINE_APPS_MAX);
}

static void test_damaged(void **state)
{
        static const char *const wrong[] = {
                "",
                "[]",
                HEAD "\"stages\": {}}",
                HEAD "\"stage\": []}",
                HEAD "\"stages\": [1]}",
                HEAD "\"stages\": [{\"app\": \"shop\"}]}",
                HEAD "\"stages\": [{\"app\": \"shop\", \"stage\": \"test\"}]}",
                HEAD "\"stages\": [{\"app\": \"Shop\", \"stage\": \"staging\"}]}",
                HEAD "\"stages\": [{\"app\": \"a\", \"stage\": \"staging\"}, {\"app\": \"a\", \"stage\": "
                     "\"review\"}]}",
                "{\"id\": \"" ID "\", \"name\": \"..\", \"owner\": \"ada\", \"created\": "
                "\"2025-11-21T03:27:00Z\", \"stages\": []}",
        };
        for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
                _cleanup_error_ Error e = ERROR_NULL;
                Pipeline p;
                assert_int_equal(pipeline_parse(wrong[i], strlen(wrong[i]), &p, &e), -EBADMSG);
                assert_non_null(e.message);
        }
}

static void test_names(void **state)
{
        _cleanup_error_ Error e = ERROR_NULL;
        Stage stage;

        for (int i = 0; i < _STAGE_MAX; i++) {
                assert_int_equal(stage_from_string(stage_to_string((Stage) i), &stage, NULL), 0);
                assert_int_equal(stage, i);
        }
        assert_int_equal(stage_from_string("prod", &stage, &e), -EINVAL);
        assert_non_null(strstr(e.message, "production"));
        assert_null(stage_to_string(_STAGE_MAX));
        assert_int_equal(pipeline_name_check("shop-2", NULL), 0);
        assert_int_equal(pipeline_name_check("a/b", NULL), -EINVAL);
        assert_int_equal(pipeline_name_check("", NULL), -EINVAL);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_format),  cmocka_unit_test(test_order), cmocka_unit_test(test_bounds),
                cmocka_unit_test(test_damaged), cmocka_unit_test(test_names),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
