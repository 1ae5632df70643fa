/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "engine/world/plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "basic/cleanup.h"
#include "basic/text.h"

typedef struct World {
        Procfile procfile;
        Formation formation;
        InstanceName names[8];
        PlanInstance observed[8];
        size_t n;
        PlanStep *steps;
        size_t n_steps;
        PlanWish wish;
} World;

static int make_world(void **state)
{
        World *w = calloc(1, sizeof(World));
        if (!w || procfile_add(&w->procfile, "web", "./web") < 0 ||
            procfile_add(&w->procfile, "worker", "./work") < 0 ||
            procfile_add(&w->procfile, "release", "./migrate") < 0 ||
            formation_set(&w->formation, "web", 2, NULL) < 0)
                return -1;
        w->wish = (PlanWish){.version = 12, .procfile = &w->procfile, .formation = &w->formation};
        *state = w;
        return 0;
}

static int free_world(void **state)
{
        World *w = *state;
        procfile_clear(&w->procfile);
        formation_clear(&w->formation);
        for (size_t i = 0; i < w->n; i++)
                instance_name_clear(&w->names[i]);
        free(w->steps);
        free(w);
        return 0;
}

static PlanInstance *observe(World *w, const char *type, unsigned index, uint64_t version,
                             uint64_t operation)
{
        InstanceName *n = &w->names[w->n];
        *n = (InstanceName){.app = strdup("blog"),
                            .type = strdup(type),
                            .index = index,
                            .version = version,
                            .operation = operation};
        PlanInstance *i = &w->observed[w->n++];
        *i = (PlanInstance){.name = n, .ready = true};
        return i;
}

static void plan(World *w)
{
        free(w->steps);
        w->steps = NULL;
        assert_int_equal(plan_app(&w->wish, w->observed, w->n, &w->steps, &w->n_steps), 0);
}

static void test_boot_starts_what_is_wished(void **state)
{
        World *w = *state;
        plan(w);
        assert_int_equal(w->n_steps, 2);
        for (unsigned i = 0; i < 2; i++) {
                assert_int_equal(w->steps[i].action, PLAN_LAUNCH);
                assert_string_equal(w->steps[i].type, "web");
                assert_int_equal(w->steps[i].index, i + 1);
        }
}

static void test_nothing_to_do(void **state)
{
        World *w = *state;
        observe(w, "web", 1, 12, 3);
        observe(w, "web", 2, 12, 3);
        plan(w);
        assert_int_equal(w->n_steps, 0);
}

static void test_old_release_is_drained(void **state)
{
        World *w = *state;
        observe(w, "web", 1, 12, 4);
        observe(w, "web", 2, 12, 4);
        observe(w, "web", 1, 11, 3);
        plan(w);
        assert_int_equal(w->n_steps, 1);
        assert_int_equal(w->steps[0].action, PLAN_DRAIN);
        assert_int_equal(w->steps[0].instance, 2);
}

static void test_operation_under_way_is_left_alone(void **state)
{
        World *w = *state;
        observe(w, "web", 1, 12, 3);
        observe(w, "web", 2, 12, 3);
        PlanInstance *own = observe(w, "web", 1, 13, 4);
        own->ready = false;
        own->held = true;
        plan(w);
        assert_int_equal(w->n_steps, 0);

        /* It has failed: what it stood up goes, at once, since it never had traffic. */
        own->held = false;
        plan(w);
        assert_int_equal(w->n_steps, 1);
        assert_int_equal(w->steps[0].action, PLAN_STOP);
        assert_int_equal(w->steps[0].instance, 2);
}

static void test_restart_keeps_the_newer_proven_one(void **state)
{
        World *w = *state;
        observe(w, "web", 1, 12, 3);
        observe(w, "web", 2, 12, 3);
        PlanInstance *newer = observe(w, "web", 1, 12, 5);
        newer->ready = false;
        plan(w);
        assert_int_equal(w->n_steps, 1);
        assert_int_equal(w->steps[0].action, PLAN_STOP);
        assert_int_equal(w->steps[0].instance, 2);

        newer->ready = true;
        plan(w);
        assert_int_equal(w->n_steps, 1);
        assert_int_equal(w->steps[0].action, PLAN_DRAIN);
        assert_int_equal(w->steps[0].instance, 0);
}

static void test_scale_down_and_stop(void **state)
{
        World *w = *state;
        observe(w, "web", 1, 12, 3);
        observe(w, "web", 2, 12, 3);
        observe(w, "worker", 1, 12, 3);
        assert_int_equal(formation_set(&w->formation, "web", 1, NULL), 0);
        plan(w);
        assert_int_equal(w->n_steps, 2); /* web.2, and the worker that nobody scaled */
        assert_int_equal(w->steps[0].instance, 1);
        assert_int_equal(w->steps[1].instance, 2);

        formation_find(&w->formation, "web")->stopped = true;
        plan(w);
        assert_int_equal(w->n_steps, 3);
}

static void test_after_our_restart_they_are_proven_again(void **state)
{
        World *w = *state;
        observe(w, "web", 1, 12, 3)->ready = false;
        PlanInstance *second = observe(w, "web", 2, 12, 3);
        second->ready = false;
        second->busy = true;
        plan(w);
        assert_int_equal(w->n_steps, 1);
        assert_int_equal(w->steps[0].action, PLAN_PROVE);
        assert_int_equal(w->steps[0].instance, 0);
}

static void test_one_that_leaves_is_replaced(void **state)
{
        World *w = *state;
        observe(w, "web", 1, 12, 3)->leaving = true;
        observe(w, "web", 2, 12, 3);
        plan(w);
        assert_int_equal(w->n_steps, 1);
        assert_int_equal(w->steps[0].action, PLAN_LAUNCH);
        assert_int_equal(w->steps[0].index, 1);
}

static void test_release_process_never_runs(void **state)
{
        World *w = *state;
        assert_int_equal(formation_set(&w->formation, "release", 1, NULL), 0);
        assert_int_equal(formation_set(&w->formation, "web", 0, NULL), 0);
        plan(w);
        assert_int_equal(w->n_steps, 0);
}

static void test_nothing_is_wished(void **state)
{
        World *w = *state;
        w->wish.version = 0;
        observe(w, "web", 1, 12, 3);
        plan(w);
        assert_int_equal(w->n_steps, 1);
        assert_int_equal(w->steps[0].action, PLAN_DRAIN);
}

/* A restart that we take up again after our own: the new one is there already, the old one has gone. */
static void test_what_is_being_brought_up_is_not_missing(void **state)
{
        World *w = *state;
        observe(w, "web", 2, 12, 3);
        PlanInstance *own = observe(w, "web", 1, 12, 4);
        own->ready = false;
        own->held = true;
        plan(w);
        assert_int_equal(w->n_steps, 0);

        own->leaving = true; /* it has failed */
        plan(w);
        assert_int_equal(w->n_steps, 1);
        assert_int_equal(w->steps[0].action, PLAN_LAUNCH);
        assert_int_equal(w->steps[0].index, 1);
}

static void test_an_exclusive_type_waits(void **state)
{
        World *w = *state;
        char worker[] = "worker", *exclusive[] = {worker, NULL};
        w->wish.exclusive = exclusive;
        assert_int_equal(formation_set(&w->formation, "web", 0, NULL), 0);
        assert_int_equal(formation_set(&w->formation, "worker", 1, NULL), 0);
        PlanInstance *old = observe(w, "worker", 1, 11, 3);
        old->leaving = true;
        plan(w);
        assert_int_equal(w->n_steps, 0);

        w->n = 0; /* it has gone, but an operation is about to start the next one */
        w->wish.operating = true;
        plan(w);
        assert_int_equal(w->n_steps, 0);
        w->wish.operating = false;
        plan(w);
        assert_int_equal(w->n_steps, 1);
        assert_int_equal(w->steps[0].action, PLAN_LAUNCH);
        instance_name_clear(&w->names[0]);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, make_world, free_world)

static void test_oneoffs_are_nobodys_business(void **state)
{
        World *w = *state;
        observe(w, "web", 1, 12, 3)->ready = true;
        observe(w, "web", 2, 12, 3)->ready = true;
        observe(w, "release", 1, 12, 3);
        w->names[2].oneoff = true;
        observe(w, "web", 1, 12, 9)->ready = false; /* paas run of a word that is a type, too */
        w->names[3].oneoff = true;
        plan(w);
        assert_int_equal(w->n_steps, 0);
        w->observed[3].stale = true;
        plan(w);
        assert_int_equal(w->n_steps, 1);
        assert_int_equal(w->steps[0].action, PLAN_STOP);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(test_boot_starts_what_is_wished),
                TEST(test_nothing_to_do),
                TEST(test_old_release_is_drained),
                TEST(test_operation_under_way_is_left_alone),
                TEST(test_restart_keeps_the_newer_proven_one),
                TEST(test_scale_down_and_stop),
                TEST(test_after_our_restart_they_are_proven_again),
                TEST(test_one_that_leaves_is_replaced),
                TEST(test_release_process_never_runs),
                TEST(test_nothing_is_wished),
                TEST(test_what_is_being_brought_up_is_not_missing),
                TEST(test_an_exclusive_type_waits),
                TEST(test_oneoffs_are_nobodys_business),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
