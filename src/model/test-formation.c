/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/app.h"
#include "model/formation.h"

static void test_set(void **state)
{
        _cleanup_formation_ Formation f = FORMATION_NULL;

        assert_null(formation_find(&f, "web"));
        assert_int_equal(formation_wanted(&f, "web"), 0);
        assert_int_equal(formation_set(&f, "worker", 2, NULL), 0);
        assert_int_equal(formation_set(&f, "clock", 1, "Standard-2X"), 0);
        assert_int_equal(formation_set(&f, "web", 1, NULL), 0);
        assert_string_equal(f.entries[0].type, "clock");
        assert_string_equal(f.entries[0].size, "standard-2x");
        assert_string_equal(f.entries[1].type, "web");
        assert_string_equal(f.entries[1].size, "standard-1x");
        assert_string_equal(f.entries[2].type, "worker");

        formation_find(&f, "worker")->stopped = true;
        assert_int_equal(formation_wanted(&f, "worker"), 0);
        assert_int_equal(formation_set(&f, "clock", 3, NULL), 0);
        assert_string_equal(formation_find(&f, "clock")->size, "standard-2x");
        assert_int_equal(formation_set(&f, "worker", 2, NULL), 0);
        assert_int_equal(formation_wanted(&f, "worker"), 2);

        assert_int_equal(formation_set(&f, "web", FORMATION_MAX_QUANTITY + 1, NULL), -ERANGE);
        assert_int_equal(formation_set(&f, "web", 1, "huge"), -EINVAL);
        assert_int_equal(formation_set(&f, "Web", 1, NULL), -EINVAL);
        assert_int_equal(f.n_entries, 3);
}

typedef struct Change {
        const char *text;
        const char *type;
        int quantity; /* -1: refused */
        const char *text_or_size;
} Change;

static void test_change(void **state)
{
        static const Change changes[] = {
                {"web=2", "web", 2, "standard-1x"},
                {"web=3:Standard-2X", "web", 3, "standard-2x"},
                {"Web+1", "web", 4, "standard-2x"},
                {"web-3", "web", 1, "standard-2x"},
                {"worker-2=5", "worker-2", 5, "standard-1x"},
                {"worker-2-4", "worker-2", 1, "standard-1x"},
                {"worker_2+1", "worker-2", 2, "standard-1x"},
                {"web=0", "web", 0, "standard-2x"},
                {"web=100", "web", 100, "standard-2x"},
                {"web+1", NULL, -1, "101 are asked for, a process type has at most 100"},
                {"web=101", NULL, -1, "at most 100 processes"},
                {"web=99999999999999999999", NULL, -1, "at most 100 processes"},
                {"web-101", NULL, -1, "at most 100"},
                {"worker-2-3", NULL, -1, "there are only 2"},
                {"clock=1", NULL, -1,
                 "no process type \"clock\" in the current release: it has web, worker-2, release"},
                {"release=1", NULL, -1, "cannot be scaled"},
                {"web", NULL, -1, "says nothing to scale"},
                {"web=", NULL, -1, "says nothing to scale"},
                {"web=-1", NULL, -1, "says nothing to scale"},
                {"web=+1", NULL, -1, "says nothing to scale"},
                {"web=1x", NULL, -1, "says nothing to scale"},
                {"", NULL, -1, "says nothing to scale"},
                {"=1", NULL, -1, "cannot be a process type"},
                {"web=1:huge", NULL, -1, "there is no size \"huge\": the sizes are eco, "},
                {"web=1:", NULL, -1, "there is no size \"\""},
        };
        _cleanup_procfile_ Procfile p = PROCFILE_NULL;
        _cleanup_formation_ Formation f = FORMATION_NULL;

        assert_int_equal(procfile_add(&p, "web", "x"), 0);
        assert_int_equal(procfile_add(&p, "worker-2", "x"), 0);
        assert_int_equal(procfile_add(&p, "release", "x"), 0);
        for (size_t i = 0; i < ELEMENTSOF(changes); i++) {
                const Change *c = &changes[i];
                _cleanup_error_ Error e = ERROR_NULL;
                int r = formation_change(&f, c->text, &p, &e);
                if (c->quantity < 0) {
                        assert_int_equal(r, -EINVAL);
                        if (!strstr(e.message, c->text_or_size))
                                print_error("%s: %s\n", c->text, e.message);
                        assert_non_null(strstr(e.message, c->text_or_size));
                        continue;
                }
                assert_int_equal(r, 0);
                assert_int_equal(formation_find(&f, c->type)->quantity, c->quantity);
                assert_string_equal(formation_find(&f, c->type)->size, c->text_or_size);
        }
}

/* What an older release had can be taken down, not up; without a Procfile anything goes. */
static void test_change_of_old_type(void **state)
{
        _cleanup_procfile_ Procfile p = PROCFILE_NULL;
        _cleanup_formation_ Formation f = FORMATION_NULL;

        assert_int_equal(procfile_add(&p, "web", "x"), 0);
        assert_int_equal(formation_change(&f, "old=1", NULL, NULL), 0);
        assert_int_equal(formation_change(&f, "old+1", &p, NULL), -EINVAL);
        assert_int_equal(formation_change(&f, "old=0", &p, NULL), 0);
        assert_int_equal(formation_change(&f, "never=0", &p, NULL), -EINVAL);
}

static void test_round_trip(void **state)
{
        _cleanup_formation_ Formation f = FORMATION_NULL, again = FORMATION_NULL, copy = FORMATION_NULL;
        _cleanup_free_ char *text = NULL, *text_again = NULL, *text_copy = NULL;

        assert_int_equal(formation_set(&f, "web", 2, NULL), 0);
        assert_int_equal(formation_set(&f, "worker", 0, "standard-2x"), 0);
        formation_find(&f, "web")->stopped = true;
        assert_int_equal(formation_format(&f, &text), 0);
        assert_string_equal(text, "{\n  \"web\": {\n    \"quantity\": 2,\n    \"size\": \"standard-1x\",\n"
                                  "    \"stopped\": true\n  },\n  \"worker\": {\n    \"quantity\": 0,\n"
                                  "    \"size\": \"standard-2x\"\n  }\n}\n");
        assert_int_equal(formation_parse(text, strlen(text), &again, NULL), 0);
        assert_int_equal(formation_format(&again, &text_again), 0);
        assert_string_equal(text, text_again);
        assert_int_equal(formation_copy(&f, &copy), 0);
        assert_int_equal(formation_format(&copy, &text_copy), 0);
        assert_string_equal(text, text_copy);
}

static void test_damaged(void **state)
{
        static const char *const texts[] = {
                "",
                "[]",
                "{\"web\": 1}",
                "{\"web\": {\"quantity\": 1}}",
                "{\"web\": {\"quantity\": -1, \"size\": \"standard-1x\"}}",
                "{\"web\": {\"quantity\": 101, \"size\": \"standard-1x\"}}",
                "{\"web\": {\"quantity\": 1, \"size\": \"huge\"}}",
                "{\"Web\": {\"quantity\": 1, \"size\": \"standard-1x\"}}",
                "{\"web\": {\"quantity\": 1, \"size\": \"standard-1x\", \"stopped\": 1}}",
        };
        Formation f = FORMATION_NULL;
        for (size_t i = 0; i < ELEMENTSOF(texts); i++)
                assert_int_equal(formation_parse(texts[i], strlen(texts[i]), &f, NULL), -EBADMSG);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_set),
                cmocka_unit_test(test_change),
                cmocka_unit_test(test_change_of_old_type),
                cmocka_unit_test(test_round_trip),
                cmocka_unit_test(test_damaged),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
