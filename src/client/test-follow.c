/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "client/jobview.h"

#include <errno.h>
#include <string.h>

#include "basic/buffer.h"
#include "client/fake-paas.h"

#define PATH "/org/paas1/job/blog_7"

static void gather(void *userdata, const char *line, size_t length)
{
        buffer_append(userdata, line, length);
        buffer_puts(userdata, "|");
}

static void follow(const FakeJob *fake, int watch_fd, JobState wanted, const char *lines, Job *ret)
{
        _cleanup_fake_ Fake f = {0};
        _cleanup_buffer_ Buffer seen = BUFFER_NULL;
        _cleanup_error_ Error e = ERROR_NULL;
        const JobFollow want = {.watch_fd = watch_fd, .line = gather, .userdata = &seen};

        assert_int_equal(fake_start(FAKE_KEY, fake, &f), 0);
        assert_int_equal(job_follow(f.client, PATH, &want, ret, &e), 0);
        assert_int_equal(ret->state, wanted);
        assert_string_equal(seen.data ? seen.data : "", lines);
        assert_string_equal(ret->id, "blog/7");
}

static void lines_are_shown_to_the_end(void **state)
{
        _cleanup_job_ Job job = JOB_NULL;
        follow(&(FakeJob){.log = "one\n\n  three\n", .state = "succeeded"}, -1, JOB_SUCCEEDED,
               "one||  three|", &job);
        assert_int_equal(job.version, 13);
        assert_string_equal(job.url, "https://blog.example.com");
        assert_true(job_over(&job));
}

static void a_failure_tells_why(void **state)
{
        _cleanup_job_ Job job = JOB_NULL;
        follow(&(FakeJob){.log = "no newline", .state = "failed", .error = "it did not start"}, -1,
               JOB_FAILED, "no newline|", &job);
        assert_string_equal(job.error, "it did not start");
}

static void an_end_after_the_log_is_waited_for(void **state)
{
        _cleanup_job_ Job job = JOB_NULL;
        follow(&(FakeJob){.log = "x\n", .state = "succeeded", .late = true}, -1, JOB_SUCCEEDED, "x|", &job);
}

static void a_hang_up_cancels(void **state)
{
        _cleanup_job_ Job job = JOB_NULL;
        int ends[2];

        assert_int_equal(pipe(ends), 0);
        close(ends[0]); /* nobody reads any more */
        follow(&(FakeJob){.log = "x\n", .state = "succeeded", .endless = true}, ends[1], JOB_CANCELED, "x|",
               &job);
        close(ends[1]);
}

static void an_unknown_job_is_said(void **state)
{
        _cleanup_fake_ Fake f = {0};
        _cleanup_job_ Job job = JOB_NULL;
        _cleanup_error_ Error e = ERROR_NULL;
        const JobFollow want = {.watch_fd = -1};

        assert_int_equal(fake_start(FAKE_KEY, NULL, &f), 0);
        assert_int_equal(job_follow(f.client, "/org/paas1/job/my_app_9", &want, &job, &e), -ENOENT);
        assert_non_null(e.message);
        assert_int_equal(job_follow(f.client, "/org/paas1/app/blog", &want, &job, &e), -EINVAL);
}

static void a_connection_that_breaks_is_away(void **state)
{
        _cleanup_fake_ Fake f = {0};
        _cleanup_job_ Job job = JOB_NULL;
        _cleanup_error_ Error e = ERROR_NULL;
        const JobFollow want = {.watch_fd = -1};

        assert_int_equal(fake_start(FAKE_KEY, NULL, &f), 0);
        fake_kill(&f);
        assert_int_equal(job_follow(f.client, PATH, &want, &job, &e), -CLIENT_EAWAY);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(lines_are_shown_to_the_end),
                cmocka_unit_test(a_failure_tells_why),
                cmocka_unit_test(an_end_after_the_log_is_waited_for),
                cmocka_unit_test(a_hang_up_cancels),
                cmocka_unit_test(an_unknown_job_is_said),
                cmocka_unit_test(a_connection_that_breaks_is_away),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
