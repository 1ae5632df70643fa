/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ssh/commandline.h"

#include <errno.h>
#include <stdlib.h>

#include "basic/text.h"

/* The words of `line`, joined by '|'; "!" when it is refused. */
static void check(const char *line, const char *wanted)
{
        _cleanup_error_ Error e = ERROR_NULL;
        _cleanup_strv_ char **words = NULL;
        _cleanup_free_ char *joined = NULL;

        if (command_line_split(line, &words, &e) < 0) {
                assert_string_equal(wanted, "!");
                assert_non_null(e.message);
                return;
        }
        joined = strv_join(words, "|");
        assert_string_equal(joined, wanted);
}

static void words_are_cut_as_a_shell_quotes(void **state)
{
        check("", "");
        check("  \t\n ", "");
        check("apps", "apps");
        check("  ps   --app\tblog ", "ps|--app|blog");
        check("config:set A='x y; $z'", "config:set|A=x y; $z");
        check("config:set 'A=it'\\''s'", "config:set|A=it's");
        check("config:set \"A=\\\"q\\\" \\$HOME \\\\ \\n\"", "config:set|A=\"q\" $HOME \\ \\n");
        check("config:set A=a\\ b", "config:set|A=a b");
        check("a ''", "a|");
        check("a \"\" b", "a||b");
        check("a'b'\"c\"d", "abcd");
        check("a\\\nb", "ab");
        check("\"a\\\nb\"", "ab");
        check("'a\nb'", "a\nb");
        check("a\\", "a\\");
}

static void nothing_is_expanded(void **state)
{
        check("$HOME `id` $(id) * ~ {a,b}", "$HOME|`id`|$(id)|*|~|{a,b}");
        check("a;b | c && d > e # f", "a;b|||c|&&|d|>|e|#|f");
        check("\"$(id) `id`\"", "$(id) `id`");
}

static void open_quotes_are_refused(void **state)
{
        check("a 'b", "!");
        check("a \"b", "!");
        check("a \"b\\\"", "!");
        check("'", "!");
}

static void too_much_is_refused(void **state)
{
        _cleanup_error_ Error e = ERROR_NULL;
        _cleanup_strv_ char **words = NULL;
        _cleanup_free_ char *line = malloc(COMMAND_LINE_MAX + 2);

        assert_non_null(line);
        memset(line, 'a', COMMAND_LINE_MAX + 1);
        line[COMMAND_LINE_MAX + 1] = '\0';
        assert_int_equal(command_line_split(line, &words, &e), -E2BIG);
        for (size_t i = 0; i < 2 * (COMMAND_WORDS_MAX + 1); i++)
                line[i] = i % 2 ? ' ' : 'a';
        line[2 * (COMMAND_WORDS_MAX + 1)] = '\0';
        assert_int_equal(command_line_split(line, &words, &e), -E2BIG);
}

static void check_git(const char *line, GitService wanted, const char *wanted_app)
{
        _cleanup_error_ Error e = ERROR_NULL;
        _cleanup_strv_ char **words = NULL;
        _cleanup_free_ char *app = NULL;
        GitService service = GIT_NONE;

        assert_int_equal(command_line_split(line, &words, &e), 0);
        int r = command_git_service(words, &service, &app, &e);
        if (!wanted_app && wanted != GIT_NONE) {
                assert_int_equal(r, -EINVAL);
                assert_non_null(e.message);
                return;
        }
        assert_int_equal(r, 0);
        assert_int_equal(service, wanted);
        if (wanted_app)
                assert_string_equal(app, wanted_app);
}

static void git_services_are_known(void **state)
{
        check_git("git-receive-pack 'blog'", GIT_RECEIVE_PACK, "blog");
        check_git("git-receive-pack 'blog.git'", GIT_RECEIVE_PACK, "blog");
        check_git("git receive-pack 'blog'", GIT_RECEIVE_PACK, "blog");
        check_git("git-upload-pack '/blog'", GIT_UPLOAD_PACK, "blog");
        check_git("git-upload-pack '~/blog'", GIT_UPLOAD_PACK, "blog");
        check_git("git-upload-pack '/~/blog.git/'", GIT_UPLOAD_PACK, "blog");
        check_git("git-upload-archive 'my-app'", GIT_UPLOAD_ARCHIVE, "my-app");
        check_git("apps", GIT_NONE, NULL);
        check_git("git status", GIT_NONE, NULL);
        check_git("git-shell x", GIT_NONE, NULL);
        check_git("", GIT_NONE, NULL);
}

static void other_repositories_are_refused(void **state)
{
        check_git("git-upload-pack '../state.git'", GIT_UPLOAD_PACK, NULL);
        check_git("git-upload-pack '/var/lib/paas/state.git'", GIT_UPLOAD_PACK, NULL);
        check_git("git-upload-pack 'a/b'", GIT_UPLOAD_PACK, NULL);
        check_git("git-upload-pack ''", GIT_UPLOAD_PACK, NULL);
        check_git("git-upload-pack '.git'", GIT_UPLOAD_PACK, NULL);
        check_git("git-upload-pack", GIT_UPLOAD_PACK, NULL);
        check_git("git-upload-pack --strict blog", GIT_UPLOAD_PACK, NULL);
        check_git("git-upload-pack --help", GIT_UPLOAD_PACK, NULL);
}

static void only_our_own_forced_command_names_a_key(void **state)
{
        static const char *const bad[] = {
                "",
                "/usr/lib/paas/paas-shell",
                "/usr/lib/paas/paas-shell ",
                "/usr/lib/paas/paas-shell SHA256:short",
                "/usr/lib/paas/paas-shell  SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU",
                "/usr/lib/paas/paas-shell SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU x",
                "/usr/lib/paas/paas-shell SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU\n",
                "/usr/lib/paas/paas-shell MD5:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU",
                "sh -c id",
        };
        _cleanup_free_ char *key = NULL;

        assert_int_equal(
                command_forced_key(
                        "/usr/lib/paas/paas-shell SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU", &key),
                0);
        assert_string_equal(key, "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU");
        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                assert_int_equal(command_forced_key(bad[i], &key), -EINVAL);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(words_are_cut_as_a_shell_quotes),
                cmocka_unit_test(nothing_is_expanded),
                cmocka_unit_test(open_quotes_are_refused),
                cmocka_unit_test(too_much_is_refused),
                cmocka_unit_test(git_services_are_known),
                cmocka_unit_test(other_repositories_are_refused),
                cmocka_unit_test(only_our_own_forced_command_names_a_key),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
