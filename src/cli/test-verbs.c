/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Verbs against a paasd of our own: what they print, and how they end. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/cli.h"

#include <errno.h>
#include <string.h>

#include "basic/strv.h"
#include "cli/arguments.h"
#include "cli/gitremote.h"
#include "cli/test-capture.h"
#include "client/fake-paas.h"

/* Runs a line of words; what it printed is in `capture`. */
static int run(char *const *words, const FakeJob *job, Capture *capture, Error *e)
{
        _cleanup_fake_ Fake fake = {0};
        _cleanup_arguments_ Invocation invocation = {0};
        _cleanup_(cli_clear) Cli cli = {.default_app = "blog"};

        assert_int_equal(fake_start(FAKE_KEY, job, &fake), 0);
        assert_int_equal(arguments_parse(words, &invocation, e), 0);
        cli.invocation = &invocation;
        cli.client = TAKE_PTR(fake.client);
        capture_begin(capture);
        int r = invocation.verb->run(&cli);
        capture_end(capture);
        *e = cli.error;
        cli.error = ERROR_NULL;
        return r;
}

static void prints(const char *line, const char *wanted)
{
        _cleanup_strv_ char **words = NULL;
        _cleanup_error_ Error e = ERROR_NULL;
        Capture capture;

        assert_int_equal(strv_split(line, " ", &words), 0);
        int r = run(words, NULL, &capture, &e);
        if (r < 0)
                fail_msg("%s: %s", line, error_text(&e, r));
        assert_string_equal(capture.text, wanted);
}

static void fails(const char *line, const FakeJob *job, int code, const char *text)
{
        _cleanup_strv_ char **words = NULL;
        _cleanup_error_ Error e = ERROR_NULL;
        Capture capture;

        assert_int_equal(strv_split(line, " ", &words), 0);
        assert_int_equal(run(words, job, &capture, &e), code);
        if (!strstr(error_text(&e, code), text))
                fail_msg("%s: '%s' has no '%s'", line, error_text(&e, code), text);
}

static void apps_are_listed(void **state)
{
        prints("apps", "NAME  RELEASE  OWNER  URL\n"
                       "blog  v12      ana    https://blog.example.com\n"
                       "shop  -        ben    \n");
}

static void config_is_exact(void **state)
{
        prints("config", "A:      x y; $z\n"
                         "B:      it's\n"
                         "LINES:  one^Jtwo\n");
        prints("config --shell", "A='x y; $z'\n"
                                 "B='it'\\''s'\n"
                                 "LINES='one\ntwo'\n");
        prints("config --json",
               "{\n  \"A\": \"x y; $z\",\n  \"B\": \"it's\",\n  \"LINES\": \"one\\ntwo\"\n}\n");
        prints("config:get LINES", "one\ntwo\n");
        prints("config --env", "A=\"x y; $z\"\n"
                               "B=\"it's\"\n"
                               "LINES=\"one\\ntwo\"\n");
        fails("config:get NONE", NULL, -ENOENT, "NONE is not set for blog");
}

static void config_is_set(void **state)
{
        prints("config:set A=1 B=2", "Set A, B of blog: released v13\n");
        prints("config:set SAME=1", "Nothing has changed in blog\n");
        prints("config:unset A", "Removed A of blog: released v13\n");
        prints("config:unset A --no-restart",
               "Removed A of blog: recorded as v13, which is not started; the next release has it\n");
        prints("config:set B=it's --dry-run", "Nothing would change in blog\n");
        prints("config:set B=x C= --dry-run", "set B\nset C\n");
        fails("config:set", NULL, -EINVAL, "--file FILE");
        fails("config:set A=- B=-", NULL, -EINVAL, "only one of");
        fails("config:set A=1 --replace", NULL, -EINVAL, "--replace goes with --file");
        fails("config:set --file /nowhere/.env", NULL, -EINVAL, "/nowhere/.env cannot be read");
        fails("config:set A", NULL, -EINVAL, "'A' is not NAME=VALUE");
        fails("config:set 1A=x", NULL, -EINVAL, "1A");
        fails("config:set PORT=1", NULL, -EPERM, "PORT");
        fails("config:set A=1", &(FakeJob){.state = "failed", .error = "web.1 did not start"}, -EIO,
              "web.1 did not start");
}

static void config_is_compared(void **state)
{
        prints("config:diff v10 v12", "-  A    1\n"
                                      "+  A    2\n"
                                      "+  NEW  x\n");
        prints("config:diff v10 --names", "~  A    changed\n"
                                          "+  NEW  added\n");
        prints("config:diff 3 3", "Their config vars are the same\n");
        fails("config:diff nine", NULL, -EINVAL, "'nine' is no release");
        fails("config:diff v0", NULL, -EINVAL, "'v0' is no release");
}

static void deploys_are_listed(void **state)
{
        prints("deploys", "ID      KIND    COMMIT    USER  SINCE  STEP      \n"
                          "blog/7  deploy  1a2b3c4d  ana          building  \n"
                          "blog/8  deploy  ffffffff  ben          waiting   blog/7 before it\n");
}

static void processes_are_listed(void **state)
{
        prints("ps", "PROCESS   STATE    SINCE  RELEASE  SIZE         MEMORY  RESTARTS  COMMAND\n"
                     "web.1     up              v12      standard-1x  34M     0         python3 app.py\n"
                     "worker.1  crashed         v12                           5         ./worker\n"
                     "\n"
                     "The last lines of worker.1:\n"
                     "    one\n"
                     "    two ^[[31mred\n");
}

static void a_deploy_shows_its_log(void **state)
{
        _cleanup_strv_ char **words = NULL;
        _cleanup_error_ Error e = ERROR_NULL;
        Capture capture;

        assert_int_equal(strv_split("deploy main", " ", &words), 0);
        assert_int_equal(
                run(words, &(FakeJob){.log = "-----> Built\007\n", .state = "succeeded"}, &capture, &e), 0);
        assert_string_equal(capture.text, "");
        assert_string_equal(capture.errors, "-----> Built^G\n");
        fails("deploy main", &(FakeJob){.state = "canceled"}, -ECANCELED, "cancelled");
}

static void an_application_is_named_or_asked_for(void **state)
{
        fails("ps --app nosuch", NULL, -ENOENT, "no application nosuch");
        fails("ps --app No!", NULL, -EINVAL, "No!");
        fails("ps --remote nosuch", NULL, -ENOENT, "no git remote 'nosuch'");
}

static void urls_name_applications(void **state)
{
        static const struct {
                const char *url, *app;
        } urls[] = {
                {"paas@example.com:blog", "blog"},
                {"paas@example.com:blog.git", "blog"},
                {"ssh://paas@example.com:2222/my-app", "my-app"},
                {"ssh://paas@example.com/my-app.git/", "my-app"},
                {"blog", NULL},
                {"https://example.com/Some_Thing", NULL},
                {"", NULL},
                {"paas@example.com:", NULL},
        };
        for (size_t i = 0; i < ELEMENTSOF(urls); i++) {
                _cleanup_free_ char *app = NULL;
                int r = git_url_app(urls[i].url, &app);
                if (!urls[i].app) {
                        assert_int_equal(r, -EINVAL);
                        continue;
                }
                assert_int_equal(r, 0);
                assert_string_equal(app, urls[i].app);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(apps_are_listed),
                cmocka_unit_test(config_is_exact),
                cmocka_unit_test(config_is_set),
                cmocka_unit_test(config_is_compared),
                cmocka_unit_test(deploys_are_listed),
                cmocka_unit_test(processes_are_listed),
                cmocka_unit_test(a_deploy_shows_its_log),
                cmocka_unit_test(an_application_is_named_or_asked_for),
                cmocka_unit_test(urls_name_applications),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
