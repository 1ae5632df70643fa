/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "render/haproxy.h"
#include "render/readyrules.h"

static void test_lines(void **state)
{
        static const char app[] =
                "{\"healthchecks\": {\"web\": [{\"path\": \"/startup\"},"
                "{\"type\": \"readiness\", \"path\": \"/ready\", \"content\": \"it's $ok 100%\","
                " \"httpHeaders\": [{\"name\": \"host\", \"value\": \"a 'b' %[x]\"}]},"
                "{\"type\": \"readiness\", \"path\": \"/x?%20'\", \"status\": 204},"
                "{\"type\": \"readiness\", \"path\": \"/warns\", \"warn\": true}]}}";
        _cleanup_checks_ Checks checks = CHECKS_NULL;
        _cleanup_buffer_ Buffer out = BUFFER_NULL;
        assert_int_equal(checks_parse(app, strlen(app), &checks), 0);
        assert_string_equal(render_readiness_path(&checks), "/ready");
        render_readiness(&checks, "/maps", &out);
        assert_string_equal(
                out.data,
                "    http-check connect\n"
                "    http-check send meth GET uri-lf \"%[be_name,map(/maps/paths.map,/ready)]\" ver HTTP/1.1"
                " hdr X-Forwarded-Proto https hdr User-Agent paas-router hdr host 'a '\\''b'\\'' %%[x]'"
                " hdr Connection close\n"
                "    http-check expect status 200-299\n"
                "    http-check expect string 'it'\\''s $ok 100%'\n"
                "    http-check connect\n"
                "    http-check send meth GET uri-lf '/x?%%20'\\''' ver HTTP/1.1"
                " hdr Host \"%[be_name,map(/maps/checks.map,localhost)]\""
                " hdr X-Forwarded-Proto https hdr User-Agent paas-router hdr Connection close\n"
                "    http-check expect status 204-204\n");
}

static void test_none(void **state)
{
        _cleanup_checks_ Checks checks = CHECKS_NULL;
        _cleanup_buffer_ Buffer out = BUFFER_NULL;
        static const char app[] = "{\"healthchecks\": {\"web\": [{\"path\": \"/a\"}]}}";
        assert_int_equal(checks_parse(app, strlen(app), &checks), 0);
        assert_null(render_readiness_path(&checks));
        assert_null(render_readiness_path(NULL));
        render_readiness(&checks, "/maps", &out);
        render_readiness(NULL, "/maps", &out);
        assert_int_equal(out.length, 0);
}

/* Another word for other rules, the same for other servers. */
static void test_static(void **state)
{
        char a[] = "global\n    setenv PAAS_STATIC 0000000000000000\n    server x\n    rule 1\n",
             b[] = "global\n    setenv PAAS_STATIC 0000000000000000\n    server y\n    rule 1\n",
             c[] = "global\n    setenv PAAS_STATIC 0000000000000000\n    server x\n    rule 2\n";
        char word_a[RENDER_STATIC_SIZE], word_b[RENDER_STATIC_SIZE], word_c[RENDER_STATIC_SIZE];
        render_static_put(a);
        render_static_put(b);
        render_static_put(c);
        render_static_of(a, word_a);
        render_static_of(b, word_b);
        render_static_of(c, word_c);
        assert_int_equal(strlen(word_a), RENDER_STATIC_SIZE - 1);
        assert_string_equal(word_a, word_b);
        assert_string_not_equal(word_a, word_c);

        char none[] = "global\n", cut[] = "setenv PAAS_STATIC 12";
        render_static_put(none);
        render_static_put(cut);
        render_static_of(none, word_a);
        render_static_of(cut, word_b);
        assert_string_equal(word_a, "");
        assert_string_equal(word_b, "12");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_lines),
                cmocka_unit_test(test_none),
                cmocka_unit_test(test_static),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
