/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "basic/strv.h"
#include "log/format.h"
#include "log/options.h"
#include "log/terminal.h"

static void assert_terminal(const char *text, size_t length, const char *wanted)
{
        _cleanup_buffer_ Buffer b = BUFFER_NULL;
        buffer_puts(&b, "");
        terminal_text(&b, text, length);
        assert_string_equal(b.data, wanted);
}

static void test_terminal(void **state)
{
        (void) state;
#define CHECK(text, wanted) assert_terminal(text, sizeof(text) - 1, wanted)
        CHECK("", "");
        CHECK("plain\tüñ €𝄞", "plain\tüñ €𝄞");
        CHECK("a\0b", "a?b");
        CHECK("\a\b\x7f", "???");
        CHECK("\033]0;title\a", "?]0;title?");
        CHECK("\033[2J\033[1;1H", "?[2J?[1;1H");
        CHECK("\033[6n", "?[6n");
        CHECK("\033[31mred\033[0m.", "\033[31mred\033[0m.");
        CHECK("\033[1;38;2;1;2;3mleft on", "\033[1;38;2;1;2;3mleft on\033[0m");
        CHECK("\033[31mred\033[m", "\033[31mred\033[m");
        CHECK("\033[31", "?[31");
        CHECK("\033[", "?[");
        CHECK("\033", "?");
        CHECK("\033[>4;2m", "?[>4;2m"); /* a key mode of xterm, not a colour */
        CHECK("\xc2\x9b"
              "31m",
              "?31m"); /* CSI of C1 */
        CHECK("\xc2\x85", "?");
        CHECK("\xc2\xa0", "\xc2\xa0");
        CHECK("\x9b"
              "31m",
              "\xef\xbf\xbd"
              "31m"); /* the same, not UTF-8 */
        CHECK("\xc3", "\xef\xbf\xbd");
        CHECK("\xe2\x82", "\xef\xbf\xbd\xef\xbf\xbd");
        CHECK("\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"); /* a surrogate */
        CHECK("\xc0\x9b", "\xef\xbf\xbd\xef\xbf\xbd");                 /* overlong */
#undef CHECK
}

static void assert_format(Format format, const JournalLine *line, const char *wanted)
{
        _cleanup_buffer_ Buffer b = BUFFER_NULL;
        assert_int_equal(format_line(&b, format, line), 0);
        assert_string_equal(b.data, wanted);
}

static JournalLine a_line(const char *source, const char *process, const char *message, size_t length)
{
        return (JournalLine){.realtime = UINT64_C(1795231620123456),
                             .source = source,
                             .process = process,
                             .release = "",
                             .message = message,
                             .message_length = length,
                             .priority = 6};
}

static void test_heroku(void **state)
{
        (void) state;
        JournalLine line = a_line("app", "web.1", "hello", 5);

        assert_format(FORMAT_HEROKU, &line, "2026-11-21T03:27:00.123456+00:00 app[web.1]: hello\n");
        line = a_line("router", "router", "at=info method=GET", 18);
        assert_format(FORMAT_HEROKU, &line,
                      "2026-11-21T03:27:00.123456+00:00 heroku[router]: at=info method=GET\n");
        line = a_line("paas", "paas", "one\r\ntwo\n", 9);
        assert_format(FORMAT_HEROKU, &line,
                      "2026-11-21T03:27:00.123456+00:00 paas[paas]: one\n"
                      "2026-11-21T03:27:00.123456+00:00 paas[paas]: two\n");
        line = a_line("build", "build", "", 0);
        assert_format(FORMAT_HEROKU, &line, "2026-11-21T03:27:00.123456+00:00 app[build]: \n");
        line.realtime = 1;
        assert_format(FORMAT_HEROKU, &line, "1970-01-01T00:00:00.000001+00:00 app[build]: \n");
}

static void test_record(void **state)
{
        (void) state;
        const JournalRecord record = {.actor = "ana",
                                      .from = "key SHA256:x from 192.0.2.7",
                                      .action = "ps:scale",
                                      .result = "succeeded",
                                      .app = "blog",
                                      .operation = "blog/7",
                                      .request = ""};
        JournalLine line = a_line("audit", "paas", "ana: Scale web=2\033[2J\nana: forged", 32);
        line.record = &record;

        assert_format(FORMAT_HEROKU, &line,
                      "2026-11-21T03:27:00.123456+00:00 ana (key SHA256:x from 192.0.2.7) ps:scale blog "
                      "succeeded: Scale web=2?[2J\n");
        line.message_length = 16;
        assert_format(
                FORMAT_JSON, &line,
                "{\"action\":\"ps:scale\",\"actor\":\"ana\",\"app\":\"blog\",\"from\":\"key SHA256:x from "
                "192.0.2.7\",\"message\":\"ana: Scale web=2\",\"operation\":\"blog/7\",\"priority\":6,"
                "\"process\":\"paas\",\"result\":\"succeeded\",\"source\":\"audit\","
                "\"time\":\"2026-11-21T03:27:00.123456+00:00\"}\n");
}

static void test_raw_and_json(void **state)
{
        (void) state;
        JournalLine line = a_line("build", "build", "-----> Python app\033[2J detected\n\n  x", 35);

        assert_format(FORMAT_RAW, &line, "-----> Python app?[2J detected\n\n  x\n");
        line = a_line("app", "web.1", "a\0b\033[2J\xff\n\"", 10);
        line.release = "v12";
        assert_format(
                FORMAT_JSON, &line,
                "{\"message\":\"a\xef\xbf\xbd"
                "b\\u001B[2J\xef\xbf\xbd\\n\\\"\",\"priority\":6,\"process\":\"web.1\",\"release\":\"v12\","
                "\"source\":\"app\",\"time\":\"2026-11-21T03:27:00.123456+00:00\"}\n");
}

static int parse(Options *o, Error *e, const char *line)
{
        _cleanup_strv_ char **argv = NULL;
        assert_int_equal(strv_split(line, " ", &argv), 0);
        int r = options_parse((int) strv_length(argv), argv, o, e);
        o->query.app = o->query.app_id = o->query.process = o->query.operation = NULL; /* argv goes */
        return r;
}

static void assert_refused(const char *line, const char *wanted)
{
        _cleanup_error_ Error e = ERROR_NULL;
        Options o = {0};
        assert_int_equal(parse(&o, &e, line), -EINVAL);
        if (!strstr(e.message, wanted))
                fail_msg("%s: %s", line, e.message);
}

static void test_options(void **state)
{
        (void) state;
        Options o = {0};

        assert_int_equal(parse(&o, NULL, "paas-log --app blog --lines 7 --source router --follow"), 0);
        assert_int_equal(o.query.lines, 7);
        assert_true(o.query.follow);
        assert_string_equal(o.query.source, "router");
        assert_int_equal(o.format, FORMAT_HEROKU);
        assert_int_equal(parse(&o, NULL, "paas-log --app=blog --json"), 0);
        assert_int_equal(o.query.lines, 100);
        assert_int_equal(o.format, FORMAT_JSON);
        assert_int_equal(parse(&o, NULL, "paas-log --operation blog/7 --since 5"), 0);
        assert_true(o.query.follow);
        assert_int_equal(o.query.since, 5);
        assert_int_equal(o.format, FORMAT_RAW);
        assert_int_equal(parse(&o, NULL, "paas-log --operation blog/7 --ended"), 0);
        assert_false(o.query.follow);
        assert_int_equal(parse(&o, NULL, "paas-log --operation blog/7 --json"), 0);
        assert_int_equal(o.format, FORMAT_JSON);
        assert_int_equal(parse(&o, NULL, "paas-log --help"), 0);
        assert_true(o.help);

        assert_refused("paas-log", "--app or --operation");
        assert_refused("paas-log --app", "--app needs a value");
        assert_refused("paas-log --app a --frob", "no option --frob");
        assert_refused("paas-log --app a --lines -1", "\"-1\" is not a number");
        assert_refused("paas-log --app a --source mars", "one of app, router");
        assert_refused("paas-log --app a b", "\"b\"");
        assert_refused("paas-log --operation a/1 --source app", "leave out");
        assert_refused("paas-log --audit --source app", "--audit shows records and not lines");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_terminal),     cmocka_unit_test(test_heroku),
                cmocka_unit_test(test_raw_and_json), cmocka_unit_test(test_record),
                cmocka_unit_test(test_options),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
