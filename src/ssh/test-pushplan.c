/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ssh/pushplan.h"

#include <string.h>

#define ZERO "0000000000000000000000000000000000000000"
#define ONE "1111111111111111111111111111111111111111"

typedef struct Want {
        const char *new_oid, *ref;
        const char *refusal; /* NULL: it is deployed */
} Want;

static void plan_is(const char *branch, char **options, bool atomic, const Want *wants, size_t n,
                    PushPlan *ret)
{
        char one[] = ONE;
        RefUpdate updates[8];
        HookInput h = {.updates = updates, .n_updates = n, .options = options, .atomic = atomic};

        for (size_t i = 0; i < n; i++)
                updates[i] = (RefUpdate){one, (char *) wants[i].new_oid, (char *) wants[i].ref};
        assert_int_equal(push_plan(&h, "blog", branch, ret), 0);
        for (size_t i = 0; i < n; i++) {
                if (!wants[i].refusal) {
                        assert_int_equal(ret->deploy, i);
                        assert_null(ret->refusals[i]);
                } else {
                        assert_int_not_equal(ret->deploy, i);
                        assert_string_equal(ret->refusals[i], wants[i].refusal);
                }
        }
}

static void check(const char *branch, const Want *wants, size_t n)
{
        _cleanup_push_plan_ PushPlan p = PUSH_PLAN_NULL;
        plan_is(branch, NULL, false, wants, n, &p);
}

static void the_deploy_branch_is_deployed(void **state)
{
        check("main", (Want[]){{ONE, "refs/heads/main", NULL}}, 1);
        check("master", (Want[]){{ONE, "refs/heads/master", NULL}}, 1);
}

static void the_first_push_says_which_it_is(void **state)
{
        _cleanup_push_plan_ PushPlan p = PUSH_PLAN_NULL;
        plan_is("", NULL, false, (Want[]){{ONE, "refs/heads/master", NULL}}, 1, &p);
        assert_string_equal(p.branch, "master");
        check("", (Want[]){{ONE, "refs/heads/main", NULL}}, 1);
        check("",
              (Want[]){{ONE, "refs/heads/master", "main is deployed: git push paas master:main"},
                       {ONE, "refs/heads/main", NULL}},
              2);
        check("", (Want[]){{ONE, "refs/heads/topic", "main is deployed: git push paas topic:main"}}, 1);
}

static void others_are_told_what_to_type(void **state)
{
        check("main",
              (Want[]){{ONE, "refs/heads/topic", "main is deployed: git push paas topic:main"},
                       {ONE, "refs/heads/main", NULL},
                       {ONE, "refs/tags/v1.0", "main is deployed: git push paas v1.0^{}:main"},
                       {ONE, "refs/heads/master", "main is deployed: git push paas master:main"},
                       {ONE, "refs/notes/x", "main is deployed: git push paas refs/notes/x:main"},
                       {ZERO, "refs/heads/old", "only main is kept here, there is nothing to delete"}},
              6);
        check("master", (Want[]){{ONE, "refs/heads/main", "master is deployed: git push paas main:master"}},
              1);
}

static void deleting_it_is_refused(void **state)
{
        check("main",
              (Want[]){{ZERO, "refs/heads/main",
                        "main is what runs and cannot be deleted: `paas apps:destroy --app blog --confirm "
                        "blog` destroys the application"}},
              1);
}

static void options_are_read(void **state)
{
        _cleanup_push_plan_ PushPlan p = PUSH_PLAN_NULL;
        char detach[] = "detach", no_rollback[] = "no-rollback";
        char canary[] = "canary=25%";
        char *options[] = {detach, no_rollback, canary, NULL};

        plan_is("main", options, false, (Want[]){{ONE, "refs/heads/main", NULL}}, 1, &p);
        assert_true(p.options.detach);
        assert_true(p.options.no_rollback);
        assert_string_equal(p.options.canary, "25%");
}

static void an_unknown_option_is_refused(void **state)
{
        _cleanup_push_plan_ PushPlan p = PUSH_PLAN_NULL;
        char detach[] = "detach", ci[] = "ci.skip";
        char *options[] = {detach, ci, NULL};

        plan_is("main", options, false,
                (Want[]){{ONE, "refs/heads/main",
                          "push option 'ci.skip' is not known: there are canary=10%, detach, no-rollback, "
                          "supersede and watch"}},
                1, &p);
        assert_int_equal(p.deploy, SIZE_MAX);
}

static void an_atomic_push_is_all_or_nothing(void **state)
{
        _cleanup_push_plan_ PushPlan p = PUSH_PLAN_NULL;
        plan_is("main", NULL, true,
                (Want[]){{ONE, "refs/heads/main",
                          "an atomic push is all or nothing, and another ref was refused"},
                         {ONE, "refs/heads/topic", "main is deployed: git push paas topic:main"}},
                2, &p);
        push_plan_clear(&p);
        plan_is("main", NULL, true, (Want[]){{ONE, "refs/heads/main", NULL}}, 1, &p);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(the_deploy_branch_is_deployed),
                cmocka_unit_test(the_first_push_says_which_it_is),
                cmocka_unit_test(others_are_told_what_to_type),
                cmocka_unit_test(deleting_it_is_refused),
                cmocka_unit_test(options_are_read),
                cmocka_unit_test(an_unknown_option_is_refused),
                cmocka_unit_test(an_atomic_push_is_all_or_nothing),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
