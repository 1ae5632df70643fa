/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "basic/strv.h"
#include "basic/text.h"
#include "unit/unit-fixture.h"

static void test_wait(void **state)
{
        Fixture *f = *state;
        _cleanup_(unit_call_freep) UnitCall *a = NULL, *b = NULL, *c = NULL;
        Outcome missing = {0}, o = {0}, queued = {0}, gone = {0};

        assert_int_equal(units_wait(f->units, "none.service", on_done, &missing, NULL), 0);
        assert_int_equal(missing.n, 0);
        run_until(f, &missing.n, 1);
        assert_int_equal(missing.r, -ENOENT);
        assert_string_equal(missing.text, "missing");

        fake_add(f->fake, "build.service", "activating");
        fake_add(f->fake, "queued.service", "inactive")->job = 7;
        fake_add(f->fake, "stops.service", "deactivating");
        assert_int_equal(units_wait(f->units, "build.service", on_done, &o, &a), 0);
        assert_int_equal(units_wait(f->units, "queued.service", on_done, &queued, &b), 0);
        assert_int_equal(units_wait(f->units, "stops.service", on_done, &gone, &c), 0);
        run_dry(f);
        fake_unit_changed(f->fake, "build.service"); /* of no interest */
        run_dry(f);
        assert_int_equal(o.n + queued.n + gone.n, 0);

        fake_unit(f->fake, "build.service")->active = "failed";
        fake_unit(f->fake, "build.service")->result = "exit-code";
        fake_unit(f->fake, "queued.service")->job = 0;
        fake_unit(f->fake, "queued.service")->active = "active";
        fake_remove(f->fake, "stops.service");
        fake_unit_changed(f->fake, "build.service");
        fake_unit_changed(f->fake, "queued.service");
        fake_unit_removed(f->fake, "stops.service");
        run_dry(f);
        assert_int_equal(o.r, -EIO);
        assert_string_equal(o.text, "failed");
        assert_int_equal(queued.r, 0);
        assert_string_equal(queued.text, "done");
        assert_string_equal(gone.text, "missing");
}

/* The unit changes while it is being looked at: systemd's answer may be older than the change. */
static void test_wait_and_change_at_once(void **state)
{
        Fixture *f = *state;
        Outcome o = {0};

        fake_add(f->fake, "a.service", "activating");
        assert_int_equal(units_wait(f->units, "a.service", on_done, &o, NULL), 0);
        while (f->fake->calls == 0)
                assert_true(sd_event_run(f->event, PATIENCE_USEC) > 0);
        fake_unit(f->fake, "a.service")->active = "active";
        fake_unit_changed(f->fake, "a.service");
        run_until(f, &o.n, 1);
        assert_int_equal(o.r, 0);
}

static void test_status(void **state)
{
        Fixture *f = *state;
        Outcome o = {0};

        assert_int_equal(units_status(f->units, "none.service", on_status, &o, NULL), 0);
        run_until(f, &o.n, 1);
        assert_int_equal(o.r, 0);
        assert_false(o.status.loaded);
        assert_string_equal(o.text, "none.service  ");

        FakeUnit *u = fake_add(f->fake, "a-b_c.d.service", "failed");
        u->sub = "failed";
        u->result = "exit-code";
        u->exit_code = 1;
        u->exit_status = 10;
        assert_int_equal(units_status(f->units, "a-b_c.d.service", on_status, &o, NULL), 0);
        run_until(f, &o.n, 2);
        assert_string_equal(o.text, "a-b_c.d.service failed exit-code");
        assert_true(o.status.loaded);
        assert_int_equal(o.status.state, UNIT_FAILED);
        assert_int_equal(o.status.exit_code, 1);
        assert_int_equal(o.status.exit_status, 10);
        assert_int_equal(o.status.restarts, 3);
        assert_int_equal(o.status.main_pid, 4711);
        assert_string_equal(o.first, "PORT=20003");
        assert_int_equal(f->fake->calls, 1); /* none for what GetUnit did not know */
}

static void test_list(void **state)
{
        Fixture *f = *state;
        char *patterns[] = {(char *) "paas-app-*.service", (char *) "paas-build-*", NULL};
        char *nothing[] = {(char *) "x-*", NULL};
        Outcome o = {0}, empty = {0};

        for (int i = 0; i < 150; i++) {
                char name[64];
                snprintf(name, sizeof(name), "paas-app-a-web.%d-v1.1.service", i);
                fake_add(f->fake, name, "active");
        }
        fake_add(f->fake, "paas-build-a-3.service", "failed");
        fake_add(f->fake, "paas-router.service", "active");
        fake_add(f->fake, "paas-app-referred-web.1-v1.1.service", "inactive")->load = "not-found";
        fake_add(f->fake, "paas-app-fileless-web.1-v1.1.service", "active")->load = "not-found";
        assert_int_equal(units_list(f->units, patterns, NULL, on_list, &o, NULL), 0);
        assert_int_equal(units_list(f->units, nothing, NULL, on_list, &empty, NULL),
                         0); /* waits for its turn */
        run_until(f, &o.n, 1);
        assert_int_equal(o.r, 0);
        assert_int_equal(strv_length(o.names), 152);
        assert_string_equal(o.names[150], "paas-build-a-3.service");
        assert_string_equal(o.names[151], "paas-app-fileless-web.1-v1.1.service");
        strv_free(o.names);

        run_until(f, &empty.n, 1);
        assert_int_equal(empty.r, 0);
        assert_null(empty.names);
}

static bool is_running(void *userdata, const char *name, UnitState state, const char *sub_state)
{
        return streq(name, "known.service") && state == UNIT_ACTIVE && streq(sub_state, "running");
}

/* What the caller knows is listed, and asked for nothing. */
static void test_list_of_what_is_known(void **state)
{
        Fixture *f = *state;
        char *patterns[] = {(char *) "known*", NULL};
        Outcome o = {0};

        fake_add(f->fake, "known.service", "active");
        fake_add(f->fake, "known-not.service", "active");
        assert_int_equal(units_list(f->units, patterns, is_running, on_list, &o, NULL), 0);
        run_until(f, &o.n, 1);
        assert_int_equal(o.r, 0);
        assert_int_equal(strv_length(o.names), 2);
        assert_int_equal(o.n_known, 1);
        strv_free(o.names);
}

static void test_list_of_what_starts(void **state)
{
        Fixture *f = *state;
        char *patterns[] = {(char *) "*", NULL};
        const char *types[] = {NULL, "stop", "start", "restart"};
        Outcome o = {0};

        for (size_t i = 0; i < ELEMENTSOF(types); i++) {
                char name[64];
                snprintf(name, sizeof(name), "%s.service", types[i] ? types[i] : "none");
                fake_add(f->fake, name, "inactive")->job_type = types[i];
        }
        assert_int_equal(units_list(f->units, patterns, NULL, on_list, &o, NULL), 0);
        run_until(f, &o.n, 1);
        assert_int_equal(o.r, 0);
        assert_int_equal(strv_length(o.names), 4);
        assert_int_equal(o.n_starting, 2);
        strv_free(o.names);
}

/* Between the list and the question a unit goes: object gone, or loaded again as "not-found". */
static void test_list_of_what_vanishes(void **state)
{
        Fixture *f = *state;
        char *patterns[] = {(char *) "*", NULL};
        Outcome o = {0};

        fake_add(f->fake, "a.service", "active");
        fake_add(f->fake, "b.service", "active");
        f->fake->answers_with_nothing = true;
        assert_int_equal(units_list(f->units, patterns, NULL, on_list, &o, NULL), 0);
        run_until(f, &o.n, 1);
        assert_int_equal(o.r, 0);
        assert_null(o.names);
}

static void test_watch(void **state)
{
        Fixture *f = *state;
        Outcome o = {0};

        assert_int_equal(units_watch(f->units, "paas-", on_changed, &o), 0);
        fake_add(f->fake, "paas-a.service", "active");
        fake_add(f->fake, "paas-b.service", "active");
        fake_add(f->fake, "other.service", "active");
        run_dry(f);
        for (int i = 0; i < 20; i++) {
                fake_unit_changed(f->fake, "paas-a.service");
                fake_unit_changed(f->fake, "other.service");
                fake_unit_removed(f->fake, "paas-b.service");
        }
        run_dry(f);
        assert_true(o.n >= 2 && o.n < 20);
        assert_true(strv_contains(o.names, "paas-a.service") && strv_contains(o.names, "paas-b.service"));
        assert_false(strv_contains(o.names, "other.service"));

        fake_reloaded(f->fake);
        run_until(f, &o.n, o.n + 1);
        assert_true(strv_contains(o.names, ""));
        strv_free(o.names);
}

int main(void)
{
#define UNIT_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
        const struct CMUnitTest tests[] = {
                UNIT_TEST(test_wait),
                UNIT_TEST(test_wait_and_change_at_once),
                UNIT_TEST(test_status),
                UNIT_TEST(test_list),
                UNIT_TEST(test_list_of_what_is_known),
                UNIT_TEST(test_list_of_what_starts),
                UNIT_TEST(test_list_of_what_vanishes),
                UNIT_TEST(test_watch),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
