/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/setting.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "basic/text.h"

static const Setting some[] = {
        {"time", SETTING_APP, SETTING_SECONDS, 1, 3600, "60s", NULL, 0, "a time"},
        {"count", SETTING_APP, SETTING_COUNT, 0, 10, "2", NULL, 0, "a count"},
        {"size", SETTING_APP, SETTING_BYTES, 0, 1ULL << 40, "1M", NULL, 0, "a size"},
        {"part", SETTING_APP, SETTING_PERCENT, 0, 100, "0%", NULL, 0, "a part"},
        {"flag", SETTING_APP, SETTING_FLAG, 0, 0, "no", NULL, 0, "a flag"},
        {"choice", SETTING_APP, SETTING_CHOICE, 0, 0, "all", "all|main|none", 0, "a choice"},
        {"signal", SETTING_APP, SETTING_SIGNAL, 0, 0, "SIGTERM", NULL, 0, "a signal"},
        {"other", SETTING_APP, SETTING_SIGNAL, 0, 0, "none", NULL, 0, "a signal or none"},
        {"path", SETTING_APP, SETTING_PATH, 0, 0, "", NULL, 0, "a path"},
        {"text", SETTING_APP, SETTING_TEXT, 0, 0, "", NULL, 0, "a text"},
};

static const Setting *find(const char *name)
{
        for (size_t i = 0; i < ELEMENTSOF(some); i++)
                if (streq(some[i].name, name))
                        return &some[i];
        fail();
        return NULL;
}

static void takes(const char *name, const char *text, const char *wanted, uint64_t number)
{
        _cleanup_free_ char *value = NULL;
        _cleanup_error_ Error e = ERROR_NULL;
        if (setting_canonical(find(name), text, &value, &e) < 0)
                fail_msg("%s=%s: %s", name, text, e.message);
        assert_string_equal(value, wanted);
        assert_int_equal(setting_number(find(name), value), number);
}

static void refuses(const char *name, const char *text, int code, const char *message)
{
        _cleanup_free_ char *value = NULL;
        _cleanup_error_ Error e = ERROR_NULL;
        assert_int_equal(setting_canonical(find(name), text, &value, &e), code);
        assert_string_equal(e.message, message);
}

static void values_are_canonical(void **state)
{
        takes("time", "90", "90s", 90);
        takes("time", "20min", "1200s", 1200);
        takes("time", "1h", "3600s", 3600);
        takes("count", "7", "7", 7);
        takes("size", "1048576", "1M", 1U << 20);
        takes("size", "1536K", "1536K", 1536U << 10);
        takes("size", "1023", "1023", 1023);
        takes("size", "0", "0", 0);
        takes("part", "10%", "10%", 10);
        takes("part", "100", "100%", 100);
        takes("flag", "On", "yes", 1);
        takes("flag", "false", "no", 0);
        takes("choice", "all", "all", 0);
        takes("choice", "none", "none", 2);
        takes("signal", "term", "SIGTERM", SIGTERM);
        takes("signal", "SIGQUIT", "SIGQUIT", SIGQUIT);
        takes("signal", "10", "SIGUSR1", SIGUSR1);
        takes("other", "none", "none", 0);
        takes("other", "TSTP", "SIGTSTP", SIGTSTP);
        takes("path", "public/assets/", "public/assets", 0);
        takes("path", "..data", "..data", 0);
        takes("text", "X-Customer: ä", "X-Customer: ä", 0);
}

static void bad_values_are_explained(void **state)
{
        refuses("time", "2h", -ERANGE, "time cannot be \"2h\": it is from 1s to 3600s, as 90s, 5min or 2h");
        refuses("time", "-1", -EINVAL, "time cannot be \"-1\": it is from 1s to 3600s, as 90s, 5min or 2h");
        refuses("time", "soon\n", -EINVAL,
                "time cannot be \"soon?\": it is from 1s to 3600s, as 90s, 5min or 2h");
        refuses("count", "11", -ERANGE, "count cannot be \"11\": it is from 0 to 10");
        refuses("size", "2T", -ERANGE, "size cannot be \"2T\": it is from 0 to 1T");
        refuses("part", "101%", -ERANGE, "part cannot be \"101%\": it is from 0% to 100%");
        refuses("part", "1%%", -EINVAL, "part cannot be \"1%%\": it is from 0% to 100%");
        refuses("flag", "maybe", -EINVAL, "flag cannot be \"maybe\": it is yes or no");
        refuses("choice", "al", -EINVAL, "choice cannot be \"al\": it is all, main or none");
        refuses("choice", "all|main", -EINVAL, "choice cannot be \"all|main\": it is all, main or none");
        refuses("signal", "KILL", -EINVAL,
                "signal cannot be \"KILL\": it is a signal that a process can act on, as SIGTERM or "
                "SIGQUIT");
        refuses("signal", "none", -EINVAL,
                "signal cannot be \"none\": it is a signal that a process can act on, as SIGTERM or "
                "SIGQUIT");
        refuses("other", "0", -EINVAL,
                "other cannot be \"0\": it is a signal that a process can act on, as SIGTERM or SIGQUIT, or "
                "none");
        refuses("path", "/etc", -EINVAL,
                "path cannot be \"/etc\": it is a directory of the application, as public/assets");
        refuses("path", "a/../b", -EINVAL,
                "path cannot be \"a/../b\": it is a directory of the application, as public/assets");
        refuses("path", "a//b", -EINVAL,
                "path cannot be \"a//b\": it is a directory of the application, as public/assets");
        refuses("text", "a\tb", -EINVAL, "text cannot be \"a?b\": it is a line of at most 255 bytes");
}

/* What the table itself says can be kept, and each default is what the bounds allow. */
static void the_table_is_sound(void **state)
{
        for (const Setting *s = settings_table; s->name; s++) {
                _cleanup_free_ char *value = NULL, *allowed = setting_allowed(s);
                assert_true(s->what && allowed);
                assert_ptr_equal(setting_find(s->name), s);
                assert_true((s->kind == SETTING_CHOICE) == (s->choices != NULL));
                assert_null(strchr(s->name, '.'));
                if (!*s->initial)
                        continue;
                if (setting_canonical(s, s->initial, &value, NULL) < 0)
                        fail_msg("%s: its default is not allowed", s->name);
                assert_string_equal(value, s->initial);
        }
}

static const Process processes[] = {{(char *) "web", (char *) "x"}, {(char *) "my-worker", (char *) "y"}};
static const Procfile procfile = {.processes = (Process *) processes, .n_processes = 2};

static void change(AppSettings *s, const char *key, const char *value, int wanted)
{
        _cleanup_error_ Error e = ERROR_NULL;
        int r = app_settings_change(s, key, value, &procfile, &e);
        if (r != wanted)
                fail_msg("%s=%s: %d, %s", key, value ? value : "", r, error_text(&e, r));
}

static void unchangeable(const char *key, const char *value, const char *message)
{
        _cleanup_app_settings_ AppSettings s = APP_SETTINGS_NULL;
        _cleanup_error_ Error e = ERROR_NULL;
        assert_true(app_settings_change(&s, key, value, &procfile, &e) < 0);
        assert_string_equal(e.message, message);
        assert_int_equal(s.n_values, 0);
}

static void settings_are_changed(void **state)
{
        Settings host = {.drain_timeout = 11, .stop_timeout = 12};
        _cleanup_app_settings_ AppSettings s = {.host = &host}, copy = APP_SETTINGS_NULL;
        _cleanup_free_ char *text = NULL, *initial = NULL, *file = NULL;

        assert_int_equal(settings_number(&s, NULL, "drain-timeout"), 11);
        change(&s, "drain-timeout", "2min", 1);
        change(&s, "drain-timeout", "120s", 0);
        change(&s, "web.stop-signal", "quit", 1);
        change(&s, "My_Worker.stop-timeout", "5", 1);
        assert_int_equal(settings_number(&s, NULL, "drain-timeout"), 120);
        assert_int_equal(settings_number(&s, "web", "stop-signal"), SIGQUIT);
        assert_int_equal(settings_number(&s, "my-worker", "stop-signal"), SIGTERM);
        assert_int_equal(settings_number(&s, "my-worker", "stop-timeout"), 5);
        assert_int_equal(settings_number(&s, "web", "stop-timeout"), 12);
        assert_string_equal(settings_text(&s, "web", "stop-scope"), "all");

        assert_int_equal(app_settings_describe(&s, NULL, setting_find("drain-timeout"), &text, &initial), 0);
        assert_string_equal(text, "120s");
        assert_string_equal(initial, "11s");
        assert_true(app_settings_is_set(&s, NULL, setting_find("drain-timeout")));
        assert_false(app_settings_is_set(&s, "web", setting_find("stop-timeout")));

        assert_int_equal(app_settings_copy(&s, &copy), 0);
        change(&s, "drain-timeout", NULL, 1);
        change(&s, "drain-timeout", "", 0);
        change(&s, "gone.stop-signal", "", 0);
        assert_int_equal(settings_number(&s, NULL, "drain-timeout"), 11);
        assert_int_equal(settings_number(&copy, NULL, "drain-timeout"), 120);
        assert_int_equal(app_settings_format(&copy, &file), 0);
        assert_string_equal(file, "{\n"
                                  "  \"drain-timeout\": \"120s\",\n"
                                  "  \"my-worker.stop-timeout\": \"5s\",\n"
                                  "  \"web.stop-signal\": \"SIGQUIT\"\n"
                                  "}\n");
}

static void bad_keys_are_explained(void **state)
{
        unchangeable("nothing", "1", "there is no setting \"nothing\" (`paas settings` lists them)");
        unchangeable("web.nothing", "1", "there is no setting \"web.nothing\" (`paas settings` lists them)");
        unchangeable("stop-signal", "HUP",
                     "stop-signal is set for each process type: web.stop-signal, for example");
        unchangeable("strategy", "handover",
                     "strategy is set for each process type: worker.strategy, for example");
        unchangeable("web.strategy", "handover",
                     "strategy is for processes that the router sends no requests to: web is replaced by a "
                     "switch of the router");
        unchangeable("web.drain-timeout", "1s",
                     "drain-timeout is set for the whole application, without a process type");
        unchangeable("clock.stop-signal", "HUP",
                     "there is no process type \"clock\" in the current release: it has web, my-worker");
        unchangeable("release.stop-signal", "HUP",
                     "\"release\" is run once for each release and has no settings of its own");
}

/* What another version wrote stays in the file and has no effect. */
static void unknown_ones_are_kept(void **state)
{
        static const char text[] = "{\n"
                                   "  \"drain-timeout\": \"for ever\",\n"
                                   "  \"of-tomorrow\": \"1\",\n"
                                   "  \"web.stop-signal\": \"SIGINT\"\n"
                                   "}\n";
        _cleanup_app_settings_ AppSettings s = APP_SETTINGS_NULL, bad = APP_SETTINGS_NULL;
        _cleanup_free_ char *out = NULL;
        assert_int_equal(app_settings_parse(text, strlen(text), &s, NULL), 0);
        assert_int_equal(settings_number(&s, NULL, "drain-timeout"), 30);
        assert_int_equal(settings_number(&s, "web", "stop-signal"), SIGINT);
        assert_int_equal(app_settings_format(&s, &out), 0);
        assert_string_equal(out, text);
        change(&s, "drain-timeout", "7s", 1);
        assert_int_equal(settings_number(&s, NULL, "drain-timeout"), 7);
        assert_int_equal(app_settings_parse("[]", 2, &bad, NULL), -EBADMSG);
        assert_int_equal(app_settings_parse("{\"a\": 1}", 8, &bad, NULL), -EBADMSG);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(values_are_canonical),   cmocka_unit_test(bad_values_are_explained),
                cmocka_unit_test(the_table_is_sound),     cmocka_unit_test(settings_are_changed),
                cmocka_unit_test(bad_keys_are_explained), cmocka_unit_test(unknown_ones_are_kept),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
