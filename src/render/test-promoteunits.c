/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "basic/strv.h"
#include "basic/text.h"
#include "render/promoteunits.h"

#define SLUG "0b31a1b5-6a0c-4c5e-9f4e-2d8f0f6f1a11"
#define COMMIT "1234567890123456789012345678901234567890"

static const RenderPromotion promotion = {
        .app = "my-shop",
        .app_id = "id",
        .operation = 7,
        .source = "shop-staging",
        .slug = SLUG,
        .commit = COMMIT,
};

static const UnitProperty *find(const UnitSpec *s, const char *name)
{
        for (size_t i = 0; i < s->n_properties; i++)
                if (streq(s->properties[i].name, name))
                        return &s->properties[i];
        return NULL;
}

static void assert_command(const UnitSpec *s, const char *wanted)
{
        const UnitProperty *p = find(s, "ExecStart");
        assert_non_null(p);
        _cleanup_free_ char *line = strv_join(p->list, " ");
        assert_string_equal(line, wanted);
}

/* Under a name of this operation's own, which is no slug's. */
static void test_link(void **state)
{
        _cleanup_unit_spec_ UnitSpec *s = render_link(&promotion);
        assert_int_equal(unit_spec_check(s), 0);
        assert_string_equal(s->name, "paas-link-my_shop-7.service");
        assert_command(s, "/bin/cp -alT -- /var/lib/paas/slugs/shop-staging/" SLUG
                          " /var/lib/paas/slugs/my-shop/." SLUG ".7");
        assert_true(strv_contains(find(s, "LogExtraFields")->list, "PAAS_OPERATION=my-shop/7"));
        assert_null(find(s, "User"));
}

/* Never as root, and into the target's repository alone. */
static void test_transfer(void **state)
{
        _cleanup_unit_spec_ UnitSpec *s = render_transfer(&promotion);
        assert_int_equal(unit_spec_check(s), 0);
        assert_string_equal(s->name, "paas-source-transfer-my_shop-7.service");
        assert_command(s, "/usr/lib/paas/paas-source repo /var/lib/paas/repos/my-shop.git commit " COMMIT
                          " from /var/lib/paas/repos/shop-staging.git");
        assert_string_equal(find(s, "User")->string, "paas");
        assert_int_equal(strv_length(find(s, "BindPaths")->list), 1);
        assert_string_equal(find(s, "BindPaths")->list[0], "/var/lib/paas/repos/my-shop.git");
}

static void test_compare(void **state)
{
        _cleanup_unit_spec_ UnitSpec *s = render_compare("paas-source-compare-1.service", "shop-staging",
                                                         COMMIT, "my-shop", NULL, 0),
                                     *with_tip = render_compare("paas-source-compare-2.service",
                                                                "shop-staging", COMMIT, "my-shop", "abc", 0);
        assert_int_equal(unit_spec_check(s), 0);
        assert_command(s,
                       "/usr/lib/paas/paas-source repo /var/lib/paas/repos/shop-staging.git commit " COMMIT
                       " compare /var/lib/paas/repos/my-shop.git");
        assert_string_equal(find(s, "User")->string, "paas");
        assert_null(find(s, "BindPaths"));
        assert_command(with_tip,
                       "/usr/lib/paas/paas-source repo /var/lib/paas/repos/shop-staging.git commit " COMMIT
                       " compare /var/lib/paas/repos/my-shop.git tip abc");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_link),
                cmocka_unit_test(test_transfer),
                cmocka_unit_test(test_compare),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
