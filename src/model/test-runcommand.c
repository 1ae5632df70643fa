/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "model/runcommand.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static char web[] = "web", server[] = "exec ./server $PORT";

static void assert_made(const char *wanted, char *a, char *b, char *c)
{
        Process process = {.type = web, .command = server};
        const Procfile p = {.processes = &process, .n_processes = 1};
        char *words[] = {a, b, c, NULL};
        _cleanup_free_ char *text = NULL;
        assert_int_equal(run_command_make(words, &p, &text, NULL), 0);
        assert_string_equal(text, wanted);
}

static void test_make(void **state)
{
        char echo[] = "echo", line[] = "echo $PORT; date", hostile[] = "it's $HOME; `x`", empty[] = "",
             option[] = "--name=a b", path[] = "./bin/x-1:2";
        assert_made("exec ./server $PORT", web, NULL, NULL);
        assert_made("echo $PORT; date", line, NULL, NULL);
        assert_made("echo 'it'\\''s $HOME; `x`'", echo, hostile, NULL);
        assert_made("echo '' '--name=a b'", echo, empty, option);
        assert_made("./bin/x-1:2 web", path, web, NULL);
}

static void test_refused(void **state)
{
        _cleanup_error_ Error e = ERROR_NULL;
        _cleanup_free_ char *text = NULL, *long_word = malloc(RUN_COMMAND_MAX + 2);
        char blank[] = " ";
        char *none[] = {NULL}, *blanks[] = {blank, NULL}, *words[] = {long_word, NULL};
        assert_non_null(long_word);
        assert_int_equal(run_command_make(none, NULL, &text, &e), -EINVAL);
        assert_int_equal(run_command_make(blanks, NULL, &text, &e), -EINVAL);
        memset(long_word, 'x', RUN_COMMAND_MAX + 1);
        long_word[RUN_COMMAND_MAX + 1] = '\0';
        assert_int_equal(run_command_make(words, NULL, &text, &e), -E2BIG);
        assert_non_null(strstr(e.message, "65537"));
        long_word[RUN_COMMAND_MAX] = '\0';
        assert_int_equal(run_command_make(words, NULL, &text, &e), 0);
}

static void assert_shown(const char *command, const char *wanted)
{
        _cleanup_free_ char *shown = run_command_show(command);
        assert_string_equal(shown, wanted);
}

static void test_show(void **state)
{
        assert_shown("", "");
        assert_shown("rake db:migrate VERSION=3", "rake db:migrate VERSION=3");
        assert_shown("API_TOKEN=abc ./x --password='a b' -k", "API_TOKEN=*** ./x --password=*** -k");
        assert_shown("SECRET=a;echo b", "SECRET=***;echo b");
        assert_shown("psql postgres://ana:pw@db/x?a=b", "psql postgres://ana:***@db/x?a=b");
        assert_shown("curl http://host:8080/x@y a:b@c", "curl http://host:8080/x@y a:b@c");
        assert_shown("a\nb\tc\033[2J", "a b c [2J");
}

static void test_show_long(void **state)
{
        char command[600];
        memset(command, 'x', sizeof(command));
        memcpy(command + 199, "\xc3\xa4", 2);
        command[sizeof(command) - 1] = '\0';
        _cleanup_free_ char *shown = run_command_show(command);
        assert_int_equal(strlen(shown), 199 + strlen(" ..."));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_make),
                cmocka_unit_test(test_refused),
                cmocka_unit_test(test_show),
                cmocka_unit_test(test_show_long),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
