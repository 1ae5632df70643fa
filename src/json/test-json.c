/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "json/json.h"

static int parse(const char *text, Json **ret, Error *e)
{
        return js_parse(text, strlen(text), ret, e);
}

static void test_format(void **state)
{
        _cleanup_json_ Json *j = js_object();
        _cleanup_free_ char *text = NULL, *line = NULL;
        Json *list = js_array();

        assert_int_equal(js_set_string(j, "b", "x\n\"y\" \xc3\xbc"), 0);
        assert_int_equal(js_set_number(j, "a", -3), 0);
        assert_int_equal(js_set_bool(j, "c", true), 0);
        assert_int_equal(js_set_string(j, "absent", NULL), 0);
        assert_int_equal(js_add_string(list, "one"), 0);
        assert_int_equal(js_add(list, js_null()), 0);
        assert_int_equal(js_set(j, "d", list), 0);

        assert_int_equal(js_format(j, &text), 0);
        assert_string_equal(text, "{\n  \"a\": -3,\n  \"b\": \"x\\n\\\"y\\\" \xc3\xbc\",\n  \"c\": true,\n"
                                  "  \"d\": [\n    \"one\",\n    null\n  ]\n}\n");
        assert_int_equal(js_format_line(j, &line), 0);
        assert_string_equal(line,
                            "{\"a\":-3,\"b\":\"x\\n\\\"y\\\" \xc3\xbc\",\"c\":true,\"d\":[\"one\",null]}");
}

static void test_parse(void **state)
{
        _cleanup_json_ Json *j = NULL, *scalar = NULL;
        const char *s;
        int64_t n;
        bool b;

        assert_int_equal(parse("{\"s\": \"x\", \"n\": 7, \"b\": true, \"r\": 1.5, \"l\": [1, 2]}", &j, NULL),
                         0);
        assert_int_equal(js_get_string(j, "s", &s), 0);
        assert_string_equal(s, "x");
        assert_int_equal(js_get_number(j, "n", &n), 0);
        assert_int_equal(n, 7);
        assert_int_equal(js_get_bool(j, "b", &b), 0);
        assert_true(b);
        assert_int_equal(js_get_string(j, "n", &s), -EINVAL);
        assert_int_equal(js_get_number(j, "r", &n), -EINVAL);
        assert_int_equal(js_get_bool(j, "s", &b), -EINVAL);
        assert_int_equal(js_get_string(j, "zz", &s), -ENOENT);
        assert_int_equal(js_get_number(j, "zz", &n), -ENOENT);
        assert_int_equal(js_get_bool(j, "zz", &b), -ENOENT);
        assert_int_equal(js_size(js_get(j, "l")), 2);
        assert_int_equal(js_number_value(js_at(js_get(j, "l"), 1)), 2);
        assert_null(js_at(js_get(j, "l"), 2));
        assert_int_equal(js_size(j), 5);
        assert_null(js_get(js_get(j, "n"), "x"));
        assert_null(js_string_value(NULL));
        assert_int_equal(js_number_value(NULL), 0);
        assert_false(js_bool_value(NULL));

        assert_int_equal(parse(" 12 ", &scalar, NULL), 0);
        assert_true(js_is_number(scalar));
}

static void test_iteration(void **state)
{
        _cleanup_json_ Json *j = NULL, *empty = js_object();
        const char *key;
        const Json *value;
        void *iter = NULL;
        int64_t sum = 0;

        assert_int_equal(parse("{\"a\": 1, \"b\": 2, \"c\": 4}", &j, NULL), 0);
        while (js_next(j, &iter, &key, &value))
                sum += js_number_value(value);
        assert_int_equal(sum, 7);
        iter = NULL;
        assert_false(js_next(empty, &iter, &key, &value));
        iter = NULL;
        assert_false(js_next(NULL, &iter, &key, &value));
}

static void test_refused(void **state)
{
        static const char *const texts[] = {
                "",
                "{",
                "{\"a\":1,\"a\":2}",
                "[1] x",
                "{\"a\\u0000\":1}",
                "[\"\\u0000\"]",
                "[\"\xff\"]",
                "[\"a\nb\"]",
                "['a']",
                "[1,]",
                "[\"\\ud800\"]",
                "nul",
                "[1e999]",
                "[99999999999999999999]",
        };
        Json *j = NULL;
        for (size_t i = 0; i < ELEMENTSOF(texts); i++) {
                _cleanup_error_ Error e = ERROR_NULL;
                assert_int_equal(parse(texts[i], &j, &e), -EBADMSG);
                assert_non_null(strstr(error_text(&e, -EBADMSG), "line 1, column "));
        }
        assert_int_equal(js_parse("\"a\0\"", 4, &j, NULL), -EBADMSG);
        assert_int_equal(js_parse("1\0", 2, &j, NULL), -EBADMSG);
        _cleanup_error_ Error e = ERROR_NULL;
        assert_int_equal(js_parse("[\n true\0]", 9, &j, &e), -EBADMSG);
        assert_string_equal(e.message, "line 2, column 6: a NUL byte is not allowed");
        assert_null(j);
}

static void test_depth(void **state)
{
        static char deep[200001];
        Json *j = NULL;
        memset(deep, '[', sizeof(deep) - 1);
        assert_int_equal(parse(deep, &j, NULL), -EBADMSG);
}

/* What the parser repeats of its input must not reach a terminal raw. */
static void test_message_is_printable(void **state)
{
        _cleanup_error_ Error e = ERROR_NULL;
        Json *j = NULL;
        assert_int_equal(parse("{\n\"a\": \x1b[31m\n}", &j, &e), -EBADMSG);
        assert_non_null(strstr(e.message, "line 2, column "));
        for (const char *p = e.message; *p; p++)
                assert_true((unsigned char) *p >= 0x20);
}

static void test_references(void **state)
{
        _cleanup_json_ Json *a = js_object(), *list = js_array();
        Json *again = js_ref(a);

        assert_int_equal(js_add(list, again), 0);
        assert_int_equal(js_add(list, NULL), -ENOMEM);
        assert_int_equal(js_add(NULL, js_number(1)), -ENOMEM);
        assert_int_equal(js_add(a, js_number(1)), -EINVAL);
        assert_int_equal(js_set(a, "x", NULL), -ENOMEM);
        assert_int_equal(js_set(NULL, "x", js_number(1)), -ENOMEM);
        assert_int_equal(js_set(list, "x", js_number(1)), -EINVAL);
        assert_int_equal(js_set(a, "\xff", js_number(1)), -EINVAL);
        assert_int_equal(js_set_string(a, "x", "\xff"), -EINVAL);
        assert_int_equal(js_add_string(list, "\xff"), -EINVAL);
        assert_null(js_string("\xff"));
        assert_int_equal(js_size(list), 1);
        assert_null(js_free(NULL));
}

static unsigned countdown; /* the allocation of jansson that fails, from 1; 0: none */

static void *failing_malloc(size_t n)
{
        return countdown > 0 && --countdown == 0 ? NULL : malloc(n);
}

static int round_trip(void)
{
        _cleanup_json_ Json *j = NULL, *made = js_object();
        _cleanup_free_ char *text = NULL, *line = NULL;

        int r = parse("{\"a\": [1, true, \"x\", {\"b\": null}], \"c\": 1.5}", &j, NULL);
        assert_true(r == 0 || !j);
        if (r >= 0)
                r = js_format(j, &text);
        if (r >= 0)
                r = js_set(made, "x", TAKE_PTR(j));
        if (r >= 0)
                r = js_set_string(made, "s", "y");
        return r < 0 ? r : js_format_line(made, &line);
}

static void test_memory(void **state)
{
        json_set_alloc_funcs(failing_malloc, free);
        unsigned n = 1;
        for (bool reached = true; reached; n++) {
                countdown = n;
                int r = round_trip();
                reached = countdown == 0;
                countdown = 0;
                /* jansson's scanner takes the lack of memory inside a token for a bad token. */
                assert_true(reached ? r == -ENOMEM || r == -EBADMSG : r == 0);
        }
        json_set_alloc_funcs(malloc, free);
        assert_true(n > 20);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_format),     cmocka_unit_test(test_parse),
                cmocka_unit_test(test_iteration),  cmocka_unit_test(test_refused),
                cmocka_unit_test(test_depth),      cmocka_unit_test(test_message_is_printable),
                cmocka_unit_test(test_references), cmocka_unit_test(test_memory),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
