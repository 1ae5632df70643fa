/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "journal/trust.h"

#define ID "6ba7b810-9dad-41d1-80b4-00c04fd430c8"
#define OTHER_ID "6ba7b810-9dad-41d1-80b4-00c04fd430c9"

typedef struct Case {
        bool trusted;
        Origin origin;
} Case;

static void check(const char *app, const char *app_id, const char *operation, const Case *cases, size_t n)
{
        _cleanup_(trust_clear) Trust t = {0};
        assert_int_equal(trust_init(&t, app, app_id, operation, NULL), 0);
        for (size_t i = 0; i < n; i++)
                if (trust_entry(&t, &cases[i].origin) != cases[i].trusted)
                        fail_msg("case %zu of %s", i, app ? app : operation);
}

/* What a line says of itself: app, app_id, operation, source; where it comes from: slice, unit, transport.
 */

static void test_output_of_an_application(void **state)
{
        (void) state;
        const char *slice = "paas-app-my_app.slice", *unit = "paas-app-my_app-web.1-v1.1.service";
        const Case cases[] = {
                {true, {"my-app", ID, NULL, "app", slice, unit, "stdout"}},
                {true, {"my-app", ID, NULL, "release", slice, unit, "stdout"}},
                {true,
                 {"my-app", ID, NULL, "app", NULL, unit, "stdout"}}, /* died before its slice was read */
                {false, {"my-app", ID, NULL, "app", slice, unit, "journal"}},
                {false, {"my-app", ID, NULL, "app", slice, unit, "syslog"}},
                {false, {"my-app", ID, NULL, "app", slice, unit, NULL}},
                {false, {"my-app", ID, NULL, "app", "paas-app-my.slice", unit, "stdout"}},
                {false, {"my-app", ID, NULL, "app", "paas-app-my_app_2.slice", unit, "stdout"}},
                {false, {"my-app", ID, NULL, "app", "user-1000.slice", "user@1000.service", "stdout"}},
                {false, {"my-app", ID, NULL, "app", NULL, "paas-app-my_app_2-web.1-v1.1.service", "stdout"}},
                {false, {"my-app", ID, NULL, "app", NULL, "paas-build-my_app-1.service", "stdout"}},
                {false, {"my-app", ID, NULL, "app", NULL, NULL, "stdout"}},
                {false, {"my", ID, NULL, "app", slice, unit, "stdout"}},
                {false, {NULL, ID, NULL, "app", slice, unit, "stdout"}},
                {false, {"my-app", ID, NULL, NULL, slice, unit, "stdout"}},
                {false, {"my-app", ID, NULL, "", slice, unit, "stdout"}},
                /* an application cannot speak as the platform */
                {false, {"my-app", ID, NULL, "paas", slice, unit, "stdout"}},
                {false, {"my-app", ID, NULL, "router", slice, unit, "stdout"}},
                {false, {"my-app", ID, NULL, "build", slice, unit, "stdout"}},
        };
        check("my-app", NULL, NULL, cases, ELEMENTSOF(cases));
        check("my-app", ID, NULL, cases, ELEMENTSOF(cases));
}

static void test_platform(void **state)
{
        (void) state;
        const char *system = "system.slice", *build = "paas-build.slice";
        const Case cases[] = {
                {true, {"blog", NULL, "blog/7", "paas", system, "paasd.service", "journal"}},
                {true, {"blog", NULL, NULL, "router", system, "paas-router.service", "journal"}},
                {true,
                 {"blog", NULL, NULL, "paas", system, "paas-probe-blog-web.1-v1.7-1.service", "stdout"}},
                {true, {"blog", NULL, NULL, "paas", system, "paas-live-blog-web.1-v1.7.service", "stdout"}},
                {true,
                 {"blog", NULL, "blog/7", "app", NULL, "paas-check-blog-web.1-v1.7-1.service", "stdout"}},
                {false,
                 {"blog", NULL, NULL, "paas", NULL, "paas-check-blog-web.1-v1.7-1.service", "stdout"}},
                {true, {"blog", NULL, "blog/7", "build", build, "paas-build-blog-7.service", "stdout"}},
                {true, {"blog", NULL, "blog/7", "build", build, "paas-source-blog-7.service", "stdout"}},
                {true,
                 {"blog", NULL, "blog/7", "build", build, "paas-source-resolve-blog-7.service", "stdout"}},
                {false, {"blog", NULL, "blog/7", "build", build, "paas-build-blog-7.service", "journal"}},
                {false, {"blog", NULL, "blog/7", "build", build, "paas-build-evil-7.service", "stdout"}},
                {false, {"blog", NULL, "blog/7", "paas", build, "paas-build-blog-7.service", "stdout"}},
                {false, {"blog", NULL, "blog/7", "paas", system, "paasd.service.evil.service", "journal"}},
                {false, {"blog", NULL, NULL, "router", system, "haproxy.service", "journal"}},
                {false, {"blog", NULL, NULL, "router", system, "paasd.service", "journal"}},
                {false, {"blog", NULL, NULL, "paas", "user.slice", "session-1.scope", "journal"}},
        };
        check("blog", NULL, NULL, cases, ELEMENTSOF(cases));
}

static void test_operation(void **state)
{
        (void) state;
        const char *unit = "paas-build-blog-7.service", *slice = "paas-build.slice";
        const Case cases[] = {
                {true, {"blog", NULL, "blog/7", "build", slice, unit, "stdout"}},
                {true, {"blog", NULL, "blog/7", "paas", "system.slice", "paasd.service", "journal"}},
                {false, {"blog", NULL, "blog/8", "build", slice, unit, "stdout"}},
                {false, {"blog", NULL, NULL, "build", slice, unit, "stdout"}},
                {false, {"other", NULL, "blog/7", "build", slice, unit, "stdout"}},
                {false, {"blog", NULL, "blog/7", "build", slice, "paas-build-other-7.service", "stdout"}},
        };
        check(NULL, NULL, "blog/7", cases, ELEMENTSOF(cases));
}

/* An application was destroyed and another one has its name now. */
static void test_namesake(void **state)
{
        (void) state;
        const char *slice = "paas-app-blog.slice", *unit = "paas-app-blog-web.1-v1.1.service";
        const Case cases[] = {
                {true, {"blog", ID, NULL, "app", slice, unit, "stdout"}},
                {false, {"blog", OTHER_ID, NULL, "app", slice, unit, "stdout"}},
                {false, {"blog", NULL, NULL, "app", slice, unit, "stdout"}},
                {true, {"blog", NULL, NULL, "paas", NULL, "paasd.service", "journal"}},
                {false, {"blog", OTHER_ID, NULL, "paas", NULL, "paasd.service", "journal"}},
                {false, {"blog", OTHER_ID, NULL, "router", NULL, "paas-router.service", "journal"}},
        };
        check("blog", ID, NULL, cases, ELEMENTSOF(cases));
}

static void test_names(void **state)
{
        (void) state;
        static const char *const apps[] = {"", "Blog", "my_app", "a/b", "x\\x2dy", "blog.slice", "-a"};
        static const char *const operations[] = {"",   "blog",     "blog/",   "blog/x",
                                                 "/7", "blog/7/8", "my_app/7"};
        Trust t;

        for (size_t i = 0; i < ELEMENTSOF(apps); i++)
                assert_int_equal(trust_init(&t, apps[i], NULL, NULL, NULL), -EINVAL);
        for (size_t i = 0; i < ELEMENTSOF(operations); i++)
                assert_int_equal(trust_init(&t, NULL, NULL, operations[i], NULL), -EINVAL);
        assert_int_equal(trust_init(&t, "blog", "not-a-uuid", NULL, NULL), -EINVAL);
        assert_int_equal(trust_init(&t, NULL, NULL, NULL, NULL), -EINVAL);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_output_of_an_application),
                cmocka_unit_test(test_platform),
                cmocka_unit_test(test_operation),
                cmocka_unit_test(test_namesake),
                cmocka_unit_test(test_names),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
