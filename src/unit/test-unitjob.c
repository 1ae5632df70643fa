/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "basic/strv.h"
#include "unit/unit-fixture.h"

static void test_start_sends_everything(void **state)
{
        Fixture *f = *state;
        _cleanup_(unit_call_freep) UnitCall *call = NULL;
        _cleanup_unit_spec_ UnitSpec *s = unit_spec_new("paas-app-blog-web.1-v1.1.service");
        _cleanup_unit_spec_ UnitSpec *mount = unit_spec_new("run-x.mount");
        _cleanup_close_ int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
        Outcome o = {0};

        unit_spec_string(s, "Type", "exec");
        unit_spec_bool(s, "AddRef", true);
        unit_spec_u64(s, "MemoryMax", 536870912);
        unit_spec_u32(s, "UMask", 63);
        unit_spec_i32(s, "KillSignal", 15);
        unit_spec_list(s, UNIT_STRV, "Environment", "PORT=20003");
        unit_spec_list(s, UNIT_STRV, "Environment", "DYNO=web.1");
        unit_spec_list(s, UNIT_EXEC, "ExecStart", "/usr/lib/paas/paas-init");
        unit_spec_list(s, UNIT_EXEC, "ExecStart", "web");
        unit_spec_list(s, UNIT_ENV_FILES, "EnvironmentFiles", "/run/paas/env/blog/v1");
        unit_spec_bind(s, "BindPaths", "/run/paas/app/x", "/app");
        unit_spec_list(s, UNIT_LOG_FIELDS, "LogExtraFields", "PAAS_APP=blog");
        unit_spec_list(s, UNIT_STREAMS, "Listen", "/run/a.sock");
        unit_spec_fd(s, "StandardInputFileDescriptor", fd);
        unit_spec_string(mount, "What", "overlay");
        assert_int_equal(units_start(f->units, s, &mount, 1, on_done, &o, &call), 0);
        assert_int_equal(o.n, 0); /* never from within the call */
        run_until(f, &o.n, 1);
        assert_int_equal(o.r, 0);
        assert_string_equal(o.text, "done");
        assert_string_equal(
                f->fake->log.data,
                "Subscribe\n"
                "StartTransientUnit paas-app-blog-web.1-v1.1.service fail [ ( Type s exec)"
                " ( AddRef b 1) ( MemoryMax t 536870912) ( UMask u 63) ( KillSignal i 15)"
                " ( Environment as [ PORT=20003 DYNO=web.1])"
                " ( ExecStart a(sasb) [ ( /usr/lib/paas/paas-init [ /usr/lib/paas/paas-init web] 0)])"
                " ( EnvironmentFiles a(sb) [ ( /run/paas/env/blog/v1 0)])"
                " ( BindPaths a(ssbt) [ ( /run/paas/app/x /app 0 16384)])"
                " ( LogExtraFields aay [ PAAS_APP=blog])"
                " ( Listen a(ss) [ ( Stream /run/a.sock)])"
                " ( StandardInputFileDescriptor h fd:yes)]"
                " [ ( run-x.mount [ ( What s overlay)])]\n");
}

static void test_job_ends_before_the_answer(void **state)
{
        Fixture *f = *state;
        _cleanup_(unit_call_freep) UnitCall *call = NULL;
        _cleanup_unit_spec_ UnitSpec *s = simple_spec("a.service");
        Outcome o = {0};

        f->fake->job_before_answer = true;
        f->fake->job_result = "timeout";
        assert_int_equal(units_start(f->units, s, NULL, 0, on_done, &o, &call), 0);
        run_until(f, &o.n, 1);
        assert_int_equal(o.r, -EIO);
        assert_string_equal(o.text, "timeout");
}

static void test_job_fails(void **state)
{
        Fixture *f = *state;
        _cleanup_(unit_call_freep) UnitCall *call = NULL;
        _cleanup_unit_spec_ UnitSpec *s = simple_spec("a.service");
        Outcome o = {0};

        f->fake->job_result = "failed";
        assert_int_equal(units_start(f->units, s, NULL, 0, on_done, &o, &call), 0);
        run_until(f, &o.n, 1);
        assert_int_equal(o.r, -EIO);
        assert_string_equal(o.text, "failed");
        run_dry(f);
        assert_int_equal(o.n, 1);
}

static void test_start_of_what_exists(void **state)
{
        Fixture *f = *state;
        _cleanup_(unit_call_freep) UnitCall *call = NULL;
        _cleanup_unit_spec_ UnitSpec *s = simple_spec("a.service");
        _cleanup_unit_spec_ UnitSpec *broken = simple_spec("b.service");
        Outcome o = {0};

        fake_add(f->fake, "a.service", "active");
        assert_int_equal(units_start(f->units, s, NULL, 0, on_done, &o, &call), 0);
        run_until(f, &o.n, 1);
        assert_int_equal(o.r, -EEXIST);
        assert_string_equal(o.text, "Unit a.service was already loaded or has a fragment file.");

        unit_spec_list(broken, UNIT_STRV, "Type", "x");
        assert_int_equal(units_start(f->units, broken, NULL, 0, on_done, &o, NULL), -EINVAL);
        run_dry(f);
        assert_int_equal(o.n, 1);
}

static void test_only_our_job_counts(void **state)
{
        Fixture *f = *state;
        _cleanup_(unit_call_freep) UnitCall *call = NULL;
        _cleanup_unit_spec_ UnitSpec *s = simple_spec("a.service");
        Outcome o = {0};

        f->fake->job_result = NULL;
        assert_int_equal(units_start(f->units, s, NULL, 0, on_done, &o, &call), 0);
        run_dry(f);
        fake_job_removed(f->fake, 77, "a.service", "failed");
        fake_job_removed(f->fake, 78, "b.service", "done");
        run_dry(f);
        assert_int_equal(o.n, 0);
        fake_job_removed(f->fake, 1, "a.service", "done");
        run_until(f, &o.n, 1);
        assert_int_equal(o.r, 0);
}

static void test_freed_early(void **state)
{
        Fixture *f = *state;
        UnitCall *unsent = NULL, *answered = NULL, *list = NULL;
        _cleanup_unit_spec_ UnitSpec *a = simple_spec("a.service");
        _cleanup_unit_spec_ UnitSpec *b = simple_spec("b.service");
        char *patterns[] = {(char *) "*", NULL};
        Outcome o = {0};

        f->fake->job_result = NULL;
        assert_int_equal(units_start(f->units, a, NULL, 0, on_done, &o, &answered), 0);
        run_dry(f);
        assert_int_equal(units_start(f->units, b, NULL, 0, on_done, &o, &unsent), 0);
        assert_int_equal(units_list(f->units, patterns, NULL, on_list, &o, &list), 0);
        assert_int_equal(units_status(f->units, "a.service", on_status, &o, NULL), 0);
        unit_call_free(unsent);
        unit_call_free(answered);
        for (int i = 0; i < 6; i++) /* into the middle of the list */
                (void) sd_event_run(f->event, 0);
        unit_call_free(list);
        fake_job_removed(f->fake, 1, "a.service", "done");
        run_dry(f);
        assert_int_equal(o.n, 1); /* the status that nobody holds */
        assert_int_equal(f->fake->n_units, 2);
}

static void test_freed_in_its_callback(void **state)
{
        Fixture *f = *state;
        _cleanup_unit_spec_ UnitSpec *a = simple_spec("a.service");
        char *patterns[] = {(char *) "*", NULL};
        Outcome start = {0}, status = {0}, list = {0}, floating = {0};

        assert_int_equal(units_start(f->units, a, NULL, 0, on_done, &start, &start.free_me), 0);
        assert_int_equal(units_status(f->units, "a.service", on_status, &status, &status.free_me), 0);
        assert_int_equal(units_list(f->units, patterns, NULL, on_list, &list, &list.free_me), 0);
        assert_int_equal(units_stop(f->units, "a.service", on_done, &floating, NULL), 0);
        run_until(f, &start.n, 1);
        run_until(f, &status.n, 1);
        run_until(f, &list.n, 1);
        run_until(f, &floating.n, 1);
        assert_int_equal(strv_length(list.names), 1);
        strv_free(list.names);
}

/* Two calls wait for one job; the first callback frees the second call, and a third one all. */
static void test_callbacks_free_others(void **state)
{
        Fixture *f = *state;
        Outcome a = {0}, b = {0};

        fake_add(f->fake, "x.service", "active");
        f->fake->job_result = NULL;
        assert_int_equal(units_stop(f->units, "x.service", on_done, &a, &b.free_me), 0);
        assert_int_equal(units_stop(f->units, "x.service", on_done, &b, &a.free_me), 0);
        run_dry(f);
        fake_job_removed(f->fake, 1, "x.service", "done");
        fake_job_removed(f->fake, 2, "x.service", "done");
        run_dry(f);
        assert_int_equal(a.n + b.n, 1);
        unit_call_free(a.free_me);
        unit_call_free(b.free_me);

        UnitCall *left = NULL;
        Outcome c = {.units_to_free = f->units}, d = {0};
        assert_int_equal(units_wait(f->units, "none.service", on_done, &c, NULL), 0);
        assert_int_equal(units_stop(f->units, "x.service", on_done, &d, &left), 0);
        assert_int_equal(units_stop(f->units, "x.service", on_done, &d, NULL), 0);
        run_until(f, &c.n, 1);
        f->units = NULL;
        run_dry(f);
        assert_int_equal(d.n, 0);
        unit_call_free(left); /* a handle may outlive its Units */
}

static void test_stop(void **state)
{
        Fixture *f = *state;
        Outcome o = {0};

        assert_int_equal(units_stop(f->units, "none.service", on_done, &o, NULL), 0);
        run_until(f, &o.n, 1);
        assert_int_equal(o.r, 0);
        assert_string_equal(o.text, "done");
        assert_int_equal(units_start_existing(f->units, "none.service", on_done, &o, NULL), 0);
        run_until(f, &o.n, 2);
        assert_int_equal(o.r, -ENOENT);
        assert_string_equal(o.text, "Unit none.service not loaded.");

        fake_add(f->fake, "a.service", "active");
        assert_int_equal(units_stop(f->units, "a.service", on_done, &o, NULL), 0);
        run_until(f, &o.n, 3);
        assert_int_equal(o.r, 0);
        assert_int_equal(units_kill(f->units, "a.service", 9, false), 0);
        assert_int_equal(units_reset_failed(f->units, "a.service"), 0);
        run_dry(f);
        assert_non_null(
                strstr(f->fake->log.data,
                       "StopUnit a.service replace\nKillUnit a.service all 9\nResetFailedUnit a.service\n"));
}

/* A signal was missed while systemd reloaded: each call looks for itself. */
static void test_after_a_reload(void **state)
{
        Fixture *f = *state;
        _cleanup_unit_spec_ UnitSpec *s = simple_spec("started.service");
        _cleanup_unit_spec_ UnitSpec *t = simple_spec("failed.service");
        _cleanup_unit_spec_ UnitSpec *w = simple_spec("still.service");
        Outcome started = {0}, failed = {0}, still = {0}, stopped = {0}, gone = {0}, waited = {0};

        f->fake->job_result = NULL;
        fake_add(f->fake, "stopped.service", "active");
        fake_add(f->fake, "gone.service", "active");
        fake_add(f->fake, "waited.service", "activating");
        assert_int_equal(units_start(f->units, s, NULL, 0, on_done, &started, NULL), 0);
        assert_int_equal(units_start(f->units, t, NULL, 0, on_done, &failed, NULL), 0);
        assert_int_equal(units_start(f->units, w, NULL, 0, on_done, &still, NULL), 0);
        assert_int_equal(units_stop(f->units, "stopped.service", on_done, &stopped, NULL), 0);
        assert_int_equal(units_stop(f->units, "gone.service", on_done, &gone, NULL), 0);
        assert_int_equal(units_wait(f->units, "waited.service", on_done, &waited, NULL), 0);
        run_dry(f);
        fake_unit(f->fake, "started.service")->active = "active";
        fake_unit(f->fake, "started.service")->job = 0;
        fake_unit(f->fake, "failed.service")->active = "failed";
        fake_unit(f->fake, "failed.service")->job = 0;
        fake_unit(f->fake, "stopped.service")->active = "inactive";
        fake_unit(f->fake, "stopped.service")->job = 0;
        fake_remove(f->fake, "gone.service");
        fake_unit(f->fake, "waited.service")->active = "active";
        f->fake->job_result = "done"; /* the stop is asked for once more */
        fake_reloaded(f->fake);
        run_dry(f);
        assert_int_equal(started.n + failed.n + stopped.n + gone.n + waited.n, 5);
        assert_string_equal(started.text, "done");
        assert_int_equal(failed.r, -EIO);
        assert_int_equal(stopped.r, 0);
        assert_int_equal(gone.r, 0);
        assert_int_equal(waited.r, 0);

        assert_int_equal(still.n, 0);
        fake_job_removed(f->fake, 3, "still.service", "done");
        run_until(f, &still.n, 1);
        assert_int_equal(still.r, 0);
}

/* The bus daemon allows 128 answers to be due. */
static void test_calls_take_turns(void **state)
{
        Fixture *f = *state;
        char *patterns[] = {(char *) "none", NULL};
        UnitCall *calls[200];
        Outcome o = {0}, list = {0};
        char name[32];

        f->fake->silent = true;
        for (unsigned i = 0; i < ELEMENTSOF(calls); i++) {
                snprintf(name, sizeof(name), "%u.service", i);
                _cleanup_unit_spec_ UnitSpec *s = simple_spec(name);
                assert_int_equal(units_start(f->units, s, NULL, 0, on_done, &o, calls + i), 0);
        }
        assert_int_equal(units_list(f->units, patterns, NULL, on_list, &list, NULL), 0);
        run_dry(f);
        assert_non_null(strstr(f->fake->log.data, " 39.service"));
        assert_null(strstr(f->fake->log.data, " 40.service"));
        assert_int_equal(list.n, 0);

        unit_call_free(calls[3]);
        unit_call_free(calls[150]);
        run_dry(f);
        assert_non_null(strstr(f->fake->log.data, " 40.service"));
        assert_null(strstr(f->fake->log.data, " 41.service"));

        f->fake->silent = false;
        for (unsigned i = 0; i < 40; i++)
                if (i != 3)
                        unit_call_free(calls[i]);
        run_until(f, &o.n, 158); /* all but the freed ones, and 40, which stays unanswered */
        run_until(f, &list.n, 1);
        assert_null(strstr(f->fake->log.data, " 150.service"));
        for (unsigned i = 40; i < ELEMENTSOF(calls); i++)
                if (i != 150)
                        unit_call_free(calls[i]);
}

static void test_disconnect(void **state)
{
        Fixture *f = *state;
        _cleanup_unit_spec_ UnitSpec *s = simple_spec("a.service");
        _cleanup_unit_spec_ UnitSpec *t = simple_spec("b.service");
        Outcome watching = {0}, sent = {0};

        f->fake->job_result = NULL;
        assert_int_equal(units_start(f->units, s, NULL, 0, on_done, &watching, NULL), 0);
        run_dry(f);
        f->fake->silent = true;
        assert_int_equal(units_start(f->units, t, NULL, 0, on_done, &sent, NULL), 0);
        run_dry(f);
        sd_bus_close(f->fake->bus);
        run_until(f, &watching.n, 1);
        run_until(f, &sent.n, 1);
        assert_int_equal(watching.r, -ECONNRESET);
        assert_true(sent.r < 0);
}

int main(void)
{
#define UNIT_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
        const struct CMUnitTest tests[] = {
                UNIT_TEST(test_start_sends_everything),
                UNIT_TEST(test_job_ends_before_the_answer),
                UNIT_TEST(test_job_fails),
                UNIT_TEST(test_start_of_what_exists),
                UNIT_TEST(test_only_our_job_counts),
                UNIT_TEST(test_freed_early),
                UNIT_TEST(test_freed_in_its_callback),
                UNIT_TEST(test_callbacks_free_others),
                UNIT_TEST(test_stop),
                UNIT_TEST(test_after_a_reload),
                UNIT_TEST(test_calls_take_turns),
                UNIT_TEST(test_disconnect),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
