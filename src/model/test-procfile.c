/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "basic/buffer.h"
#include "model/procfile.h"

typedef struct Case {
        const char *text;
        const char *canonical; /* NULL: refused */
        const char *message;   /* part of the error or of the one warning; NULL: no warning */
} Case;

static const Case cases[] = {
        {"web: a: b", "web: a: b\n", NULL},
        {"web:cmd", "web: cmd\n", NULL},
        {"web :cmd", "web: cmd\n", NULL},
        {"Web_1: x", "web-1: x\n", "Procfile, line 1: \"Web_1: x\": the process type is taken as \"web-1\""},
        {"web:", NULL, "Procfile, line 1: \"web:\": there is no command"},
        {"web: \t ", NULL, "no command"},
        {": x", NULL, "Procfile, line 1: \": x\": there is no process type in front of the colon"},
        {"\tweb:\tx\ty \t", "web: x\ty\n", NULL},
        {"web: x\r\nworker: y\r\n", "web: x\nworker: y\n", NULL},
        {"web: x", "web: x\n", NULL},
        {"# web: x\nweb: y\n  # z\n\n \t\n", "web: y\n", NULL},
        {"web: x # y", "web: x # y\n", "part of the command"},
        {"web: x\t# y", "web: x\t# y\n", "part of the command"},
        {"web: # y", "web: # y\n", "part of the command"},
        {"web: x#y", "web: x#y\n", NULL},
        {"web: curl // http://x", "web: curl // http://x\n", NULL},
        {"\xef\xbb\xbfweb: x", "web: x\n", NULL},
        {"web x y", "web: x y\n", "the colon behind the process type is missing"},
        {"release\tx", "release: x\n", "the colon"},
        {"clock x: y", "clock: x: y\n", "the colon"},
        {"console x", NULL, "there is no colon"},
        {"web", NULL, "there is no colon"},
        {"web ", NULL, "no command"},
        {"web; x", NULL, "there is no colon"},
        {"nonsense", NULL, "there is no colon"},
        {"-web: x", NULL, "cannot be a process type"},
        {"web-: x", NULL, "cannot be a process type"},
        {"a.b: x", NULL, "there is no colon"},
        {"\xc3\xbc: x", NULL, "an entry is a process type, a colon and a command"},
        {"web: x\n\nWEB: y", NULL, "Procfile, lines 1 and 3: both are the process type \"web\""},
        {"web: x\n<<<<<<< HEAD\n", NULL, "line 2: \"<<<<<<< HEAD\": this is the mark of a merge"},
        {"web: x\n=======\n", NULL, "mark of a merge"},
        {"web: x\n>>>>>>> topic\n", NULL, "mark of a merge"},
        {"web: x\n||||||| base\n", NULL, "mark of a merge"},
        {"web: x\x1b[1m", NULL, "line 1, column 7: the control character 0x1b"},
        {"web: x\rworker: y", NULL, "column 7: the control character 0x0d"},
        {"web: x\r", NULL, "0x0d"},
        {"web: x\x7f", NULL, "0x7f"},
        {"# \x01", NULL, "0x01"},
        {"web: \xff", NULL, "not UTF-8"},
        {"web: \xc3\xbc", "web: \xc3\xbc\n", NULL},
        {"web: a \\\n  b: c", "web: a \\\nb: c\n", NULL},
        {"aaaaaaaaaabbbbbbbbbbcccccccccc: x", "aaaaaaaaaabbbbbbbbbbcccccccccc: x\n", NULL},
        {"aaaaaaaaaabbbbbbbbbbccccccccccd: x", NULL, "30 characters"},
        {"web: 'a' \"b\" $PORT && c | d", "web: 'a' \"b\" $PORT && c | d\n", NULL},
};

static void check_accepted(const Case *c)
{
        _cleanup_procfile_ Procfile p = PROCFILE_NULL;
        _cleanup_strv_ char **warnings = NULL;
        _cleanup_error_ Error e = ERROR_NULL;
        _cleanup_free_ char *text = NULL;

        int r = procfile_parse(c->text, strlen(c->text), "Procfile", &p, &warnings, &e);
        if (r < 0)
                print_error("%s: %s\n", c->text, error_text(&e, r));
        assert_int_equal(r, 0);
        assert_int_equal(procfile_format(&p, &text), 0);
        assert_string_equal(text, c->canonical);
        assert_int_equal(strv_length(warnings), c->message ? 1 : 0);
        if (c->message)
                assert_non_null(strstr(warnings[0], c->message));

        /* The canonical text says the same, and says it to a caller who wants no warnings too. */
        _cleanup_procfile_ Procfile again = PROCFILE_NULL;
        _cleanup_free_ char *text_again = NULL;
        assert_int_equal(procfile_parse(text, strlen(text), "Procfile", &again, NULL, NULL), 0);
        assert_int_equal(procfile_format(&again, &text_again), 0);
        assert_string_equal(text_again, text);
}

static void check_refused(const Case *c)
{
        Procfile p = PROCFILE_NULL;
        _cleanup_error_ Error e = ERROR_NULL;

        assert_int_equal(procfile_parse(c->text, strlen(c->text), "Procfile", &p, NULL, &e), -EINVAL);
        if (!strstr(error_text(&e, -EINVAL), c->message))
                print_error("%s: %s\n", c->text, error_text(&e, -EINVAL));
        assert_non_null(strstr(error_text(&e, -EINVAL), c->message));
        assert_null(p.processes);
}

static void test_grammar(void **state)
{
        for (size_t i = 0; i < ELEMENTSOF(cases); i++) {
                if (cases[i].canonical)
                        check_accepted(&cases[i]);
                else
                        check_refused(&cases[i]);
        }
}

static void test_empty(void **state)
{
        static const char *const texts[] = {"", "\n", "# only\n", "\xef\xbb\xbf"};
        Procfile p = PROCFILE_NULL;
        for (size_t i = 0; i < ELEMENTSOF(texts); i++)
                assert_int_equal(procfile_parse(texts[i], strlen(texts[i]), "Procfile", &p, NULL, NULL),
                                 -ENODATA);
}

static void test_nul(void **state)
{
        Procfile p = PROCFILE_NULL;
        _cleanup_error_ Error e = ERROR_NULL;
        assert_int_equal(procfile_parse("web: a\0b", 8, "Procfile", &p, NULL, &e), -EINVAL);
        assert_non_null(strstr(e.message, "column 7: the control character 0x00"));
}

static void make_many(Buffer *b, int n)
{
        for (int i = 0; i < n; i++)
                buffer_printf(b, "p%d: x\n", i);
}

static void test_bounds(void **state)
{
        _cleanup_buffer_ Buffer b = BUFFER_NULL, big = BUFFER_NULL;
        _cleanup_procfile_ Procfile p = PROCFILE_NULL;
        Procfile none = PROCFILE_NULL;
        _cleanup_error_ Error e = ERROR_NULL;

        make_many(&b, PROCFILE_MAX_PROCESSES);
        assert_int_equal(procfile_parse(b.data, b.length, "Procfile", &p, NULL, NULL), 0);
        assert_int_equal(p.n_processes, PROCFILE_MAX_PROCESSES);
        assert_int_equal(procfile_add(&p, "one-more", "x"), -E2BIG);
        buffer_puts(&b, "one-more: x\n");
        assert_int_equal(procfile_parse(b.data, b.length, "Procfile", &none, NULL, &e), -EINVAL);
        assert_string_equal(e.message, "Procfile, line 65: there are more than 64 process types");

        buffer_puts(&big, "web: ");
        while (big.length < PROCFILE_MAX_BYTES)
                buffer_puts(&big, "x");
        _cleanup_procfile_ Procfile q = PROCFILE_NULL;
        assert_int_equal(procfile_parse(big.data, big.length, "Procfile", &q, NULL, NULL), 0);
        assert_int_equal(strlen(procfile_find(&q, "web")->command), PROCFILE_MAX_BYTES - 5);
        buffer_puts(&big, "x");
        assert_int_equal(procfile_parse(big.data, big.length, "Procfile", &none, NULL, NULL), -EFBIG);
}

static void test_add(void **state)
{
        _cleanup_procfile_ Procfile p = PROCFILE_NULL;

        assert_int_equal(procfile_add(&p, "web", "x"), 0);
        assert_int_equal(procfile_add(&p, "web", "y"), -EEXIST);
        assert_int_equal(procfile_add(&p, "Web", "y"), -EINVAL);
        static const char *const bad[] = {"", " x", "x ", "x\ny", "x\r", "\xff", "\x1b"};
        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                assert_int_equal(procfile_add(&p, "worker", bad[i]), -EINVAL);
        assert_string_equal(procfile_find(&p, "web")->command, "x");
        assert_null(procfile_find(&p, "worker"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_grammar), cmocka_unit_test(test_empty), cmocka_unit_test(test_nul),
                cmocka_unit_test(test_bounds),  cmocka_unit_test(test_add),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
