/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "basic/strv.h"
#include "model/buildresult.h"

#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const char good[] =
        "{\n"
        "  \"app_json\": \"{\\\"formation\\\": {\\\"web\\\": {\\\"quantity\\\": 2}}}\\n\",\n"
        "  \"bytes\": 1000,\n"
        "  \"files\": 3,\n"
        "  \"manifest\": \"sha256:" HEX "\",\n"
        "  \"pack\": \"python\",\n"
        "  \"processes\": [\n"
        "    {\n"
        "      \"command\": \"./server --port $PORT # x\",\n"
        "      \"type\": \"web\"\n"
        "    },\n"
        "    {\n"
        "      \"command\": \"true\",\n"
        "      \"type\": \"clock\"\n"
        "    }\n"
        "  ],\n"
        "  \"versions\": [\n"
        "    \"pip=23.0.1\",\n"
        "    \"python=3.11.2\"\n"
        "  ]\n"
        "}\n";

static void test_round_trip(void **state)
{
        _cleanup_build_result_ BuildResult b = BUILD_RESULT_NULL;
        _cleanup_free_ char *text = NULL;
        _cleanup_error_ Error e = ERROR_NULL;

        int r = build_result_parse(good, strlen(good), &b, &e);
        if (r < 0)
                print_error("%s\n", e.message);
        assert_int_equal(r, 0);
        assert_string_equal(b.procfile.processes[0].command, "./server --port $PORT # x");
        assert_string_equal(b.procfile.processes[1].type, "clock");
        assert_int_equal(formation_wanted(&b.app_json.formation, "web"), 2);
        assert_string_equal(b.pack, "python");
        assert_string_equal(b.versions[1], "python=3.11.2");
        assert_int_equal(b.bytes, 1000);
        assert_int_equal(b.files, 3);
        assert_int_equal(build_result_format(&b, &text), 0);
        assert_string_equal(text, good);
}

static void test_least(void **state)
{
        _cleanup_build_result_ BuildResult b = {.pack = strdup("procfile"),
                                                .listen = LISTEN_PROXY,
                                                .manifest = strdup("sha256:" HEX)},
                                           back = BUILD_RESULT_NULL;
        _cleanup_free_ char *text = NULL;

        assert_int_equal(procfile_add(&b.procfile, "worker", "x"), 0);
        assert_int_equal(build_result_format(&b, &text), 0);
        assert_int_equal(build_result_parse(text, strlen(text), &back, NULL), 0);
        assert_null(back.app_json.text);
        assert_null(back.versions);
        assert_int_equal(back.listen, LISTEN_PROXY);
}

static void test_refused(void **state)
{
        static const char *const damage[][2] = {
                {"\"web\"", "\"Web\""},
                {"\"clock\"", "\"web\""},
                {"\"true\"", "\"\""},
                {"\"true\"", "\"a\\nb: c\""},
                {"\"true\"", "1"},
                {"\"manifest\"", "\"listen\": \"x\",\n  \"manifest\""},
                {"\"manifest\"", "\"listen\": \"port\",\n  \"manifest\""},
                {"\"type\"", "\"tipo\""},
                {"\"python\"", "\"../x\""},
                {"\"python\"", "\"\""},
                {"sha256:0", "sha256:"},
                {"sha256:0", "sha256:G"},
                {"pip=23.0.1", "zip=1"},
                {"pip=23.0.1", "python=3.11.2"},
                {"pip=23.0.1", "pip"},
                {"pip=23.0.1", "pip="},
                {"pip=23.0.1", "pip=\\u001b"},
                {"1000", "-1"},
                {"1000", "1e3"},
                {"1000", "01000"},
                {"\"files\": 3", "\"files\": \"3\""},
                {"quantity\\\": 2", "quantity\\\": 101"},
                {"\"bytes\": 1000,\n", ""},
                {"\"bytes\"", "\"a\": 1,\n  \"bytes\""},
                {"  \"bytes\"", " \"bytes\""},
                {"}\n", "}"},
                {"python\"", "pytho\\u006e\""},
        };
        for (size_t i = 0; i < ELEMENTSOF(damage); i++) {
                _cleanup_free_ char *bad = NULL;
                _cleanup_error_ Error e = ERROR_NULL;
                BuildResult b = BUILD_RESULT_NULL;
                const char *at = strstr(good, damage[i][0]);
                assert_non_null(at);
                assert_true(asprintf(&bad, "%.*s%s%s", (int) (at - good), good, damage[i][1],
                                     at + strlen(damage[i][0])) > 0);
                int r = build_result_parse(bad, strlen(bad), &b, &e);
                if (r != -EBADMSG)
                        print_error("%s -> %s\n", damage[i][0], damage[i][1]);
                assert_int_equal(r, -EBADMSG);
                assert_non_null(strstr(e.message, "the build's result"));
                assert_null(b.pack);
        }
}

static void test_bounds(void **state)
{
        static char big[BUILD_RESULT_MAX_BYTES + 1];
        BuildResult b = BUILD_RESULT_NULL;

        memset(big, ' ', sizeof(big));
        assert_int_equal(build_result_parse(big, sizeof(big), &b, NULL), -EFBIG);
        assert_int_equal(build_result_parse(big, sizeof(big) - 1, &b, NULL), -EBADMSG);
        assert_int_equal(build_result_parse("", 0, &b, NULL), -EBADMSG);
        assert_int_equal(build_result_parse("[]", 2, &b, NULL), -EBADMSG);

        /* No process at all: what an application is that nothing can run, a release cannot hold. */
        _cleanup_build_result_ BuildResult none = {.pack = strdup("make"),
                                                   .manifest = strdup("sha256:" HEX)};
        _cleanup_free_ char *text = NULL;
        assert_int_equal(build_result_format(&none, &text), 0);
        assert_int_equal(build_result_parse(text, strlen(text), &b, NULL), -EBADMSG);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_round_trip),
                cmocka_unit_test(test_least),
                cmocka_unit_test(test_refused),
                cmocka_unit_test(test_bounds),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
