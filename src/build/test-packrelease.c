/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "build/packrelease.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* The Procfile that comes out, or "error"; the number of warnings behind a slash where there are any. */
static void expect(const char *yaml, const char *expected)
{
        _cleanup_procfile_ Procfile p = PROCFILE_NULL;
        _cleanup_strv_ char **warnings = NULL;
        _cleanup_error_ Error e = ERROR_NULL;
        _cleanup_free_ char *text = NULL;
        char got[512];
        Listen listen;

        int r = pack_release_parse(yaml, strlen(yaml), &p, &listen, &warnings, &e);
        if (r < 0) {
                assert_int_equal(r, -EINVAL);
                assert_non_null(e.message);
                assert_string_equal("error", expected);
                return;
        }
        assert_int_equal(procfile_format(&p, &text), 0);
        snprintf(got, sizeof(got), "%s", text);
        if (warnings)
                snprintf(got + strlen(got), sizeof(got) - strlen(got), "/%zu", strv_length(warnings));
        if (listen != LISTEN_PORT)
                snprintf(got + strlen(got), sizeof(got) - strlen(got), "@%s", listen_to_string(listen));
        assert_string_equal(got, expected);
}

static void test_accepted(void **state)
{
        (void) state;
        expect("", "");
        expect("---\n", "");
        expect("--- {}\n", "error");
        expect("---\ndefault_process_types:\n  web: npm start\n", "web: npm start\n");
        expect("default_process_types:\r\n  web: a\r\n  worker: b\r\n", "web: a\nworker: b\n");
        expect("addons: []\ndefault_process_types:\n    web: a\n\n    # comment\n    worker: b: c\n",
               "web: a\nworker: b: c\n");
        expect("default_process_types: {}\n", "");
        expect("default_process_types:\n  web: a\ndefault_listen: socket # fd 3\n", "web: a\n@socket");
        expect("default_listen: port\ndefault_process_types:\n  web: a\n", "web: a\n");
        expect("default_listen: 80\n", "error");
        expect("default_process_types:\n  web: run # not this\n", "web: run\n");
        expect("default_process_types:\n  web: run a#b\n", "web: run a#b\n");
        expect("default_process_types:\n  web: 'it''s # here'\n", "web: it's # here\n");
        expect("default_process_types:\n  web: \"say \\\"x\\\" \\\\ y\"  # c\n", "web: say \"x\" \\ y\n");
        expect("default_process_types:\n  web: bin/start -p $PORT", "web: bin/start -p $PORT\n");
}

static void test_ignored(void **state)
{
        (void) state;
        expect("addons:\n  - heroku-postgresql\ndefault_process_types:\n  web: a\n", "web: a\n/1");
        expect("addons:\n- heroku-postgresql\nconfig_vars:\n  A: b\n", "/2");
        expect("config_vars:\n  web: x\n", "/1");
}

static void test_refused(void **state)
{
        (void) state;
        expect("default_process_types: {web: a}\n", "error");
        expect("default_process_types:\n  web:\n", "error");
        expect("default_process_types:\n  web: |\n    a\n", "error");
        expect("default_process_types:\n  web: 'a\n", "error");
        expect("default_process_types:\n  web: \"a\" b\n", "error");
        expect("default_process_types:\n  web: \"a\\n\"\n", "error");
        expect("default_process_types:\n  web: a\n  web: b\n", "error");
        expect("default_process_types:\n  - web\n", "error");
        expect("default_process_types:\n  w/b: a\n", "error");
        expect("default_process_types:\n  web:a\n", "error");
        expect("  web: a\n", "error");
        expect("just text\n", "error");
        expect("default_process_types:\n  web: \xff\n", "error");
        expect("default_process_types:\n  web: a\x01\n", "error");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_accepted),
                cmocka_unit_test(test_ignored),
                cmocka_unit_test(test_refused),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
