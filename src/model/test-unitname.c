/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/unitname.h"

static void test_format(void **state)
{
        InstanceName n = {.app = (char *) "my-app",
                          .type = (char *) "web-2",
                          .index = 1,
                          .version = 12,
                          .operation = 3};
        _cleanup_free_ char *shorter = instance_short_name(&n), *unit = instance_unit_name(&n, ".service"),
                            *bare = instance_unit_name(&n, "");

        assert_string_equal(shorter, "web-2.1-v12.3");
        assert_string_equal(unit, "paas-app-my_app-web_2.1-v12.3.service");
        assert_string_equal(bare, "paas-app-my_app-web_2.1-v12.3");
}

static void test_parse(void **state)
{
        _cleanup_instance_name_ InstanceName n = INSTANCE_NAME_NULL, copy = INSTANCE_NAME_NULL;

        assert_int_equal(instance_name_parse("paas-app-my_app-web_2.1-v12.3.service", &n), 0);
        assert_string_equal(n.app, "my-app");
        assert_string_equal(n.type, "web-2");
        assert_int_equal(n.index, 1);
        assert_int_equal(n.version, 12);
        assert_int_equal(n.operation, 3);
        assert_int_equal(instance_name_copy(&n, &copy), 0);
        assert_string_equal(copy.app, "my-app");
        assert_int_equal(copy.operation, 3);
}

static void test_socket(void **state)
{
        _cleanup_instance_name_ InstanceName n = INSTANCE_NAME_NULL;
        assert_int_equal(instance_socket_parse("paas-app-my_app-web.1-v12.3.socket", &n), 0);
        assert_string_equal(n.app, "my-app");
        assert_int_equal(n.operation, 3);
        assert_int_equal(instance_socket_parse("paas-app-my_app-web.1-v12.3.service", &n), -EINVAL);
        assert_int_equal(instance_name_parse("paas-app-my_app-web.1-v12.3.socket", &n), -EINVAL);
}

static void test_relive(void **state)
{
        _cleanup_instance_name_ InstanceName n = INSTANCE_NAME_NULL;
        assert_int_equal(instance_relive_parse("paas-relive@my_app-web_2.1-v12.3.service", &n), 0);
        assert_string_equal(n.app, "my-app");
        assert_string_equal(n.type, "web-2");
        assert_int_equal(n.operation, 3);
        assert_int_equal(instance_relive_parse("paas-relive@my_app-web_2.1-v12.3.socket", &n), -EINVAL);
        assert_int_equal(instance_relive_parse("paas-app-my_app-web_2.1-v12.3.service", &n), -EINVAL);
        assert_int_equal(instance_relive_parse("paas-relive@", &n), -EINVAL);
}

static void test_oneoff(void **state)
{
        _cleanup_instance_name_ InstanceName n = INSTANCE_NAME_NULL;
        assert_int_equal(instance_name_parse("paas-run-my_app-release.1-v12.3.service", &n), 0);
        assert_true(n.oneoff);
        assert_string_equal(n.type, "release");
        _cleanup_free_ char *unit = instance_unit_name(&n, ".service"), *shorter = instance_short_name(&n);
        assert_string_equal(unit, "paas-run-my_app-release.1-v12.3.service");
        assert_string_equal(shorter, "release.1-v12.3");
}

static void test_refused(void **state)
{
        static const char *const names[] = {
                "",
                "paas-app-",
                "paas-app-blog.slice",
                "paas-app-blog-web.1-v12.3",
                "paas-app-blog-web.1-v12.3.mount",
                "paas-app-blog-web.1-v12.3.service.service",
                "paas-app-blog-web.1-v12.3.servicex",
                "paas-app-blog-web.01-v12.3.service",
                "paas-app-blog-web.1-v012.3.service",
                "paas-app-blog-web.0-v12.3.service",
                "paas-app-blog-web.1-v0.3.service",
                "paas-app-blog-web.1-v12.service",
                "paas-app-blog-web.1-v-1.3.service",
                "paas-app-blog-web.99999999999-v1.3.service",
                "paas-app-blog-web.1-v99999999999999999999999.3.service",
                "paas-app-my-app-web.1-v12.3.service",
                "paas-app-Blog-web.1-v12.3.service",
                "paas-app-blog-.1-v12.3.service",
                "paas-app--web.1-v12.3.service",
                "paas-app-blog-web.1-v12.3.service\n",
                "paas-build-blog-3.service",
        };
        InstanceName n = INSTANCE_NAME_NULL;
        for (size_t i = 0; i < ELEMENTSOF(names); i++)
                assert_int_equal(instance_name_parse(names[i], &n), -EINVAL);
        assert_null(n.app);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_format), cmocka_unit_test(test_parse),  cmocka_unit_test(test_oneoff),
                cmocka_unit_test(test_socket), cmocka_unit_test(test_relive), cmocka_unit_test(test_refused),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
