/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "basic/strv.h"
#include "basic/text.h"
#include "model/checks.h"

static int parse(const char *text, Check *ret)
{
        return check_parse(text, strlen(text), ret);
}

static void test_defaults(void **state)
{
        _cleanup_check_ Check c = CHECK_NULL;
        assert_int_equal(parse("{\"path\": \"/up\"}", &c), 0);
        assert_int_equal(c.type, CHECK_STARTUP);
        assert_int_equal(c.way, CHECK_PATH);
        assert_int_equal(c.status_first, 200);
        assert_int_equal(c.status_last, 299);
        assert_int_equal(c.attempts, 3);
        assert_int_equal(c.wait, 5);
        assert_int_equal(c.timeout, 5);
        assert_int_equal(check_span(&c), 30);
        _cleanup_free_ char *title = check_title(&c);
        assert_string_equal(title, "GET /up");
}

static void test_all(void **state)
{
        _cleanup_check_ Check c = CHECK_NULL;
        assert_int_equal(
                parse("{\"type\": \"readiness\", \"name\": \"db\", \"path\": \"/db\", \"status\": "
                      "\"200-399\","
                      " \"content\": \"ok\", \"httpHeaders\": [{\"name\": \"A\", \"value\": \"b c\"}],"
                      " \"attempts\": 7, \"wait\": 0, \"timeout\": 2, \"initialDelay\": 9, \"port\": 81,"
                      " \"warn\": true}",
                      &c),
                0);
        assert_int_equal(c.type, CHECK_READINESS);
        assert_int_equal(c.status_last, 399);
        assert_string_equal(c.content, "ok");
        assert_int_equal(c.n_headers, 1);
        assert_string_equal(c.headers[0].value, "b c");
        assert_int_equal(c.port, 81);
        assert_true(c.warn);
        assert_int_equal(check_span(&c), 9 + 7 * 2);
        _cleanup_free_ char *title = check_title(&c);
        assert_string_equal(title, "GET /db (db)");
}

static void test_ways(void **state)
{
        static const struct {
                const char *text, *title;
                CheckWay way;
        } rows[] = {
                {"{\"command\": [\"bin/check\", \"--all\"]}", "command bin/check --all", CHECK_COMMAND},
                {"{\"listening\": true}", "listening", CHECK_LISTENING},
                {"{\"uptime\": 10}", "uptime 10 s", CHECK_UPTIME},
                {"{\"notify\": true}", "notify", CHECK_NOTIFY},
                {"{\"type\": \"liveness\", \"watchdog\": 30}", "watchdog 30 s", CHECK_WATCHDOG},
        };
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                _cleanup_check_ Check c = CHECK_NULL;
                assert_int_equal(parse(rows[i].text, &c), 0);
                assert_int_equal(c.way, rows[i].way);
                _cleanup_free_ char *title = check_title(&c);
                assert_string_equal(title, rows[i].title);
        }
}

static void test_refused(void **state)
{
        static const char *const texts[] = {
                "",
                "[]",
                "{}",
                "{\"listening\": false}",
                "{\"path\": \"up\"}",
                "{\"path\": \"/a b\"}",
                "{\"path\": \"/a\\r\\nHost: x\"}",
                "{\"path\": \"/\xc3\xbc\"}",
                "{\"path\": \"/\", \"content\": \"a\\nb\"}",
                "{\"path\": \"/\", \"httpHeaders\": [{\"name\": \"A B\", \"value\": \"\"}]}",
                "{\"path\": \"/\", \"httpHeaders\": [{\"name\": \"A\", \"value\": \"b\\nc\"}]}",
                "{\"path\": \"/\", \"status\": 99}",
                "{\"path\": \"/\", \"status\": \"200-\"}",
                "{\"path\": \"/\", \"type\": \"x\"}",
                "{\"path\": \"/\", \"attempts\": 0}",
                "{\"path\": \"/\", \"wait\": -1}",
                "{\"command\": []}",
                "{\"command\": [1]}",
        };
        for (size_t i = 0; i < ELEMENTSOF(texts); i++) {
                Check c;
                assert_int_equal(parse(texts[i], &c), -EINVAL);
        }
}

static void test_status(void **state)
{
        unsigned a, b;
        assert_int_equal(check_status_parse("204", &a, &b), 0);
        assert_true(a == 204 && b == 204);
        assert_int_equal(check_status_parse("200-399", &a, &b), 0);
        assert_true(a == 200 && b == 399);
        static const char *const bad[] = {"", "-", "20", "2000", "200-", "-200", "600", "300-200", "2xx"};
        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                assert_int_equal(check_status_parse(bad[i], &a, &b), -EINVAL);
}

static const char app[] =
        "{\"healthchecks\": {\"Web\": [{\"path\": \"/a\"}, {\"type\": \"liveness\", \"path\": \"/b\"},"
        " {\"listening\": true}, {\"path\": \"bad\"}], \"worker\": [{\"uptime\": 3}]}}";

static void test_list(void **state)
{
        _cleanup_checks_ Checks all = CHECKS_NULL, copy = CHECKS_NULL;
        assert_int_equal(checks_parse(app, strlen(app), &all), 0);
        assert_int_equal(all.n, 4); /* the bad one is of an older release */
        assert_int_equal(checks_copy(&all, &copy), 0);

        const Check *c = checks_next(&copy, "web", CHECK_STARTUP, NULL);
        assert_string_equal(c->path, "/a");
        c = checks_next(&copy, "web", CHECK_STARTUP, c);
        assert_int_equal(c->way, CHECK_LISTENING);
        assert_null(checks_next(&copy, "web", CHECK_STARTUP, c));
        assert_string_equal(checks_find(&copy, "web", CHECK_LIVENESS, CHECK_PATH)->path, "/b");
        assert_null(checks_find(&copy, "web", CHECK_READINESS, CHECK_PATH));
        assert_int_equal(checks_find(&copy, "worker", CHECK_STARTUP, CHECK_UPTIME)->seconds, 3);

        assert_true(checks_gate(&copy, "web", CHECK_LISTENING));
        assert_false(checks_gate(&copy, "web", CHECK_COMMAND));
        assert_false(checks_usual(&copy));

        _cleanup_checks_ Checks none = CHECKS_NULL;
        assert_true(checks_usual(&none));
        assert_int_equal(checks_parse("{}", 2, &none), 0);
        assert_int_equal(none.n, 0);
        assert_int_equal(checks_parse("x", 1, &none), -EINVAL);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_defaults), cmocka_unit_test(test_all),    cmocka_unit_test(test_ways),
                cmocka_unit_test(test_refused),  cmocka_unit_test(test_status), cmocka_unit_test(test_list),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
