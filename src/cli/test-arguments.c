/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/arguments.h"

#include <errno.h>
#include <string.h>

#include "basic/strv.h"
#include "basic/text.h"
#include "cli/verbtable.h"

static int parse(const char *line, Invocation *ret, char ***ret_words, Error *e)
{
        assert_int_equal(strv_split(line, " ", ret_words), 0);
        return arguments_parse(*ret_words, ret, e);
}

static void check(const char *line, const char *verb, const char *arguments)
{
        _cleanup_strv_ char **words = NULL;
        _cleanup_arguments_ Invocation i = {0};
        _cleanup_error_ Error e = ERROR_NULL;
        _cleanup_free_ char *joined = NULL;

        if (parse(line, &i, &words, &e) < 0)
                fail_msg("%s: %s", line, error_text(&e, e.code));
        assert_string_equal(i.verb->name, verb);
        joined = strv_join(i.arguments, "|");
        assert_string_equal(joined, arguments);
}

static void verbs_are_found(void **state)
{
        check("apps", "apps", "");
        check("config:set A=1", "config:set", "A=1");
        check("config set A=1", "config:set", "A=1");
        check("config get A", "config:get", "A");
        check("create blog", "apps:create", "blog");
        check("apps create blog", "apps:create", "blog");
        check("ps:kill web.1", "ps:stop", "web.1");
        check("config --app set", "config", "");
}

static void options_stand_anywhere(void **state)
{
        check("ps:scale -a blog web=2 --json worker-1", "ps:scale", "web=2|worker-1");
        check("config:set -- -a=1 --b=2", "config:set", "-a=1|--b=2");
        check("config:set -", "config:set", "-");
        check("logs -tn5", "logs", "");
}

static void values_are_taken(void **state)
{
        _cleanup_strv_ char **words = NULL;
        _cleanup_arguments_ Invocation i = {0};
        _cleanup_error_ Error e = ERROR_NULL;

        assert_int_equal(parse("logs --app=blog -n 5 -tpweb.1 --source router", &i, &words, &e), 0);
        assert_string_equal(i.values[OPTION_APP], "blog");
        assert_string_equal(i.values[OPTION_LINES], "5");
        assert_string_equal(i.values[OPTION_PS], "web.1");
        assert_string_equal(i.values[OPTION_SOURCE], "router");
        assert_non_null(i.values[OPTION_TAIL]);
        assert_null(i.values[OPTION_JSON]);
}

/* The same letter and the same name mean what the verb allows. */
static void options_belong_to_their_verb(void **state)
{
        _cleanup_strv_ char **words = NULL, **more = NULL;
        _cleanup_arguments_ Invocation i = {0}, j = {0};
        _cleanup_error_ Error e = ERROR_NULL;

        assert_int_equal(parse("config -s", &i, &words, &e), 0);
        assert_non_null(i.values[OPTION_SHELL]);
        assert_int_equal(parse("setup --admin ana", &j, &more, &e), 0);
        assert_string_equal(j.values[OPTION_ADMIN_NAME], "ana");
        assert_null(j.values[OPTION_ADMIN]);
}

static void refuse(const char *line, const char *text)
{
        _cleanup_strv_ char **words = NULL;
        _cleanup_arguments_ Invocation i = {0};
        _cleanup_error_ Error e = ERROR_NULL;

        assert_int_equal(parse(line, &i, &words, &e), -EINVAL);
        if (!strstr(e.message, text))
                fail_msg("%s: '%s' has no '%s'", line, e.message, text);
}

static void misuse_is_named(void **state)
{
        refuse("confg", "Is 'config' meant?");
        refuse("nonsensical", "no command 'nonsensical'");
        refuse("config:unset", "paas config:unset NAME");
        refuse("apps:create a b", "'b' is one word too many: paas apps:create NAME");
        refuse("apps x", "'x' is one word too many: paas apps");
        refuse("ps blog", "An application is named by an option: -a blog");
        refuse("apps --app blog", "--app is not an option of this command");
        refuse("ps -z", "-z is not an option");
        refuse("ps --app", "--app needs a value");
        refuse("ps -a", "-a needs a value");
        refuse("ps --json=yes", "takes none");
}

/* What belongs to the command is never taken for ours. */
static void a_command_keeps_its_options(void **state)
{
        _cleanup_strv_ char **words = NULL;
        _cleanup_arguments_ Invocation i = {0};

        check("run ls -la --app x", "run", "ls|-la|--app|x");
        check("run -a blog -- -x", "run", "-x");
        check("run:detached --app=blog rake -s", "run:detached", "rake|-s");
        check("run detached rake", "run:detached", "rake");
        refuse("run -x ls", "-x is not an option");
        refuse("run --app blog", "Something is missing");
        refuse("run:detached --no-tty ls", "--no-tty is not an option");

        assert_int_equal(parse("run -e A=1 --env=B= -eC=x=y env -e D=1", &i, &words, NULL), 0);
        _cleanup_free_ char *env = strv_join(i.many, " ");
        assert_string_equal(env, "A=1 B= C=x=y");
}

static void help_needs_no_arguments(void **state)
{
        check("config:set --help", "config:set", "");
        check("apps:create -h", "apps:create", "");
}

/* What a shell would do in it is not ours to know. */
static void check_example(const Verb *v, const char *example)
{
        _cleanup_strv_ char **words = NULL;
        _cleanup_arguments_ Invocation i = {0};
        _cleanup_error_ Error e = ERROR_NULL;
        const char *line = text_after(example, "paas ");

        if (!line || strpbrk(line, "\"<>"))
                return;
        if (parse(line, &i, &words, &e) < 0)
                fail_msg("%s: %s", example, error_text(&e, e.code));
        assert_ptr_equal(i.verb, v);
}

/* Each row says everything, and its examples are as it says. */
static void the_table_is_whole(void **state)
{
        for (const Verb *v = verbs; v->name; v++) {
                _cleanup_strv_ char **examples = NULL;

                assert_ptr_equal(verb_find(v->name), v);
                assert_true(!v->alias || verb_find(v->alias) == v);
                assert_true(!v->alias || !streq(v->alias, v->name));
                assert_non_null(v->run);
                assert_true(v->summary[0] >= 'a' && v->summary[0] <= 'z');
                assert_true(!text_ends_with(v->summary, "."));
                assert_true(!v->text || text_ends_with(v->text, "."));
                assert_true((v->max > 0) == (*v->arguments != '\0'));
                assert_true(v == verbs || strcmp(v[-1].name, v->name) < 0);
                assert_int_equal(strv_split(v->example, "\n", &examples), 0);
                assert_true(strv_length(examples) > 0);
                STRV_FOREACH(example, examples)
                        check_example(v, *example);
        }
}

static void each_option_is_allowed_somewhere(void **state)
{
        for (Option o = 0; o < _OPTION_MAX; o++) {
                int n = o == OPTION_HELP;
                for (const Verb *v = verbs; v->name; v++)
                        n += option_in(o, v->options);
                assert_true(n > 0);
                assert_non_null(option_info(o)->name);
                assert_non_null(option_info(o)->help);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(verbs_are_found),
                cmocka_unit_test(options_stand_anywhere),
                cmocka_unit_test(values_are_taken),
                cmocka_unit_test(options_belong_to_their_verb),
                cmocka_unit_test(misuse_is_named),
                cmocka_unit_test(help_needs_no_arguments),
                cmocka_unit_test(a_command_keeps_its_options),
                cmocka_unit_test(the_table_is_whole),
                cmocka_unit_test(each_option_is_allowed_somewhere),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
