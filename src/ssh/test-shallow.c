/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ssh/shallow.h"

#include <stdlib.h>
#include <string.h>

#include "basic/file.h"
#include "ssh/git.h"

#define UNKNOWN "1111111111111111111111111111111111111111\n"

static char directory[] = "/tmp/test-shallow-XXXXXX";

static void shell(const char *format, ...) _printf_(1, 2);
static void shell(const char *format, ...)
{
        _cleanup_free_ char *command = NULL;
        va_list ap;
        va_start(ap, format);
        assert_true(vasprintf(&command, format, ap) > 0);
        va_end(ap);
        assert_int_equal(system(command), 0);
}

/* full: four commits. cut: the last of them, as git makes a shallow clone, and nothing written down. */
static int set_up(void **state)
{
        assert_non_null(mkdtemp(directory));
        shell("cd %s && unset GIT_DIR; export GIT_AUTHOR_NAME=D GIT_AUTHOR_EMAIL=d GIT_COMMITTER_NAME=D "
              "GIT_COMMITTER_EMAIL=d && git init -q -b main full && cd full && for n in 1 2 3 4; do "
              "git commit -q --allow-empty -m $n; done && cd .. && "
              "git clone -q --bare --depth 1 file://%s/full cut && mv cut/shallow tip && "
              "git clone -q --bare full whole",
              directory, directory);
        return 0;
}

static int tear_down(void **state)
{
        return tree_remove(directory);
}

static char *path(const char *name)
{
        char *s = NULL;
        assert_true(asprintf(&s, "%s/%s", directory, name) > 0);
        return s;
}

static char *contents(const char *name)
{
        _cleanup_free_ char *file = path(name);
        char *text = NULL;
        return file_read(file, 4096, &text, NULL) < 0 ? NULL : text;
}

static void an_end_is_kept_while_it_is_one(void **state)
{
        _cleanup_free_ char *cut = path("cut"), *tip = contents("tip"), *before = NULL, *after = NULL;
        _cleanup_error_ Error e = ERROR_NULL;

        assert_int_equal(shallow_tidy(cut, &e), 0); /* no file yet */
        assert_int_equal(shallow_note(cut, tip, &e), 0);
        assert_int_equal(shallow_note(cut, tip, &e), 0);
        before = contents("cut/shallow");
        assert_string_equal(before, tip);
        assert_int_equal(shallow_tidy(cut, &e), 0);
        after = contents("cut/shallow");
        assert_string_equal(after, tip);
}

static void what_never_came_is_taken_out(void **state)
{
        _cleanup_free_ char *cut = path("cut"), *tip = contents("tip"), *after = NULL;
        _cleanup_error_ Error e = ERROR_NULL;

        assert_int_equal(shallow_note(cut, UNKNOWN, &e), 0);
        assert_int_equal(shallow_note(cut, tip, &e), 0);
        assert_int_equal(shallow_tidy(cut, &e), 0);
        after = contents("cut/shallow");
        assert_string_equal(after, tip);
}

static void a_whole_history_needs_no_end(void **state)
{
        _cleanup_free_ char *whole = path("whole"), *tip = contents("tip"), *after = NULL;
        _cleanup_error_ Error e = ERROR_NULL;

        assert_int_equal(shallow_note(whole, tip, &e), 0);
        assert_int_equal(shallow_tidy(whole, &e), 0);
        after = contents("whole/shallow");
        assert_string_equal(after, "");
}

static void ancestors_are_told(void **state)
{
        _cleanup_free_ char *whole = path("whole");

        assert_int_equal(git_is_ancestor(whole, "main~2", "main", NULL), 1);
        assert_int_equal(git_is_ancestor(whole, "main", "main", NULL), 1);
        assert_int_equal(git_is_ancestor(whole, "main", "main~2", NULL), 0);
        assert_int_equal(git_is_ancestor(whole, "1111111111111111111111111111111111111111", "main", NULL),
                         0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(an_end_is_kept_while_it_is_one),
                cmocka_unit_test(what_never_came_is_taken_out),
                cmocka_unit_test(a_whole_history_needs_no_end),
                cmocka_unit_test(ancestors_are_told),
        };
        return cmocka_run_group_tests(tests, set_up, tear_down);
}
