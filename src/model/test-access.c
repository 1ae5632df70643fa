/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Roles by name on an application, and teams. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "basic/strv.h"
#include "basic/text.h"
#include "model/access.h"
#include "model/name.h"
#include "model/team.h"

#define ID "0b31a1b5-6a0c-4c5e-9f4e-2d8f0f6f1a11"
#define USEC UINT64_C(1763695620000000)

static void test_grants(void **state)
{
        _cleanup_access_ Access a = ACCESS_NULL, back = ACCESS_NULL;
        _cleanup_free_ char *text = NULL;

        assert_int_equal(access_get(&a, "ana"), ROLE_NONE);
        assert_int_equal(access_set(&a, "team:web", ROLE_OPERATOR), 0);
        assert_int_equal(access_set(&a, "ben", ROLE_VIEWER), 0);
        assert_int_equal(access_set(&a, "ana", ROLE_VIEWER), 0);
        assert_int_equal(access_set(&a, "ana", ROLE_DEPLOYER), 0);
        assert_int_equal(access_set(&a, "nobody", ROLE_NONE), 0);
        assert_int_equal(a.n_grants, 3);
        assert_int_equal(access_format(&a, &text), 0);
        assert_string_equal(text, "{\n  \"ana\": \"deployer\",\n  \"ben\": \"viewer\",\n  \"team:web\": "
                                  "\"operator\"\n}\n");
        assert_int_equal(access_parse(text, strlen(text), &back, NULL), 0);
        assert_int_equal(access_get(&back, "ana"), ROLE_DEPLOYER);
        assert_int_equal(access_get(&back, "team:web"), ROLE_OPERATOR);
        assert_int_equal(access_get(&back, "web"), ROLE_NONE);

        assert_int_equal(access_set(&back, "ben", ROLE_NONE), 0);
        assert_int_equal(back.n_grants, 2);
        assert_int_equal(access_get(&back, "ben"), ROLE_NONE);
        assert_string_equal(back.grants[0].name, "ana");
        assert_string_equal(back.grants[1].name, "team:web");
}

static void test_bounds(void **state)
{
        _cleanup_access_ Access a = ACCESS_NULL, copy = ACCESS_NULL, back = ACCESS_NULL;
        _cleanup_free_ char *text = NULL;
        char name[32];
        for (int i = 0; i < ACCESS_MAX; i++) {
                snprintf(name, sizeof(name), "u%d", i);
                assert_int_equal(access_set(&a, name, ROLE_VIEWER), 0);
        }
        assert_int_equal(access_set(&a, "one-more", ROLE_VIEWER), -E2BIG);
        assert_int_equal(access_set(&a, "u7", ROLE_OPERATOR), 0);
        assert_int_equal(access_copy(&a, &copy), 0);
        assert_int_equal(copy.n_grants, ACCESS_MAX);
        assert_int_equal(access_get(&copy, "u7"), ROLE_OPERATOR);
        for (size_t i = 1; i < copy.n_grants; i++)
                assert_true(strcmp(copy.grants[i - 1].name, copy.grants[i].name) < 0);
        assert_int_equal(access_format(&copy, &text), 0);
        assert_int_equal(access_parse(text, strlen(text), &back, NULL), 0);
        assert_int_equal(back.n_grants, ACCESS_MAX);
}

static void test_damaged_access(void **state)
{
        static const char *const damaged[] = {
                "",
                "[]",
                "{\"ana\": \"owner\"}",
                "{\"ana\": \"admin\"}",
                "{\"ana\": \"none\"}",
                "{\"ana\": 1}",
                "{\"\": \"viewer\"}",
                "{\"team:\": \"viewer\"}",
                "{\"team:Web\": \"viewer\"}",
                "{\"app:web\": \"viewer\"}",
                "{\"a\": \"viewer\", \"a\": \"viewer\"}",
        };
        for (size_t i = 0; i < ELEMENTSOF(damaged); i++) {
                _cleanup_error_ Error e = ERROR_NULL;
                _cleanup_access_ Access a = ACCESS_NULL;
                assert_int_equal(access_parse(damaged[i], strlen(damaged[i]), &a, &e), -EBADMSG);
                assert_non_null(strstr(e.message, "the stored access"));
                assert_null(a.grants);
        }
}

static void test_roles_by_name(void **state)
{
        _cleanup_error_ Error e = ERROR_NULL;
        Role role = ROLE_NONE;
        assert_int_equal(access_role_from_string("operator", &role, NULL), 0);
        assert_int_equal(role, ROLE_OPERATOR);
        assert_int_equal(access_role_from_string("owner", &role, &e), -EINVAL);
        assert_non_null(strstr(e.message, "apps:transfer"));
        assert_int_equal(access_role_from_string("boss", &role, &e), -EINVAL);
        assert_non_null(strstr(e.message, "viewer, deployer or operator"));
        assert_int_equal(role, ROLE_OPERATOR);
}

static void test_holders(void **state)
{
        _cleanup_error_ Error e = ERROR_NULL;
        assert_int_equal(holder_check("ana@example.com", NULL), 0);
        assert_int_equal(holder_check("team:web-2", NULL), 0);
        assert_int_equal(holder_check("team:We", &e), -EINVAL);
        assert_non_null(strstr(e.message, "cannot be a team's name"));
        assert_int_equal(holder_check("role:web", &e), -EINVAL);
        assert_non_null(strstr(e.message, "cannot be a user's name"));
        assert_string_equal(holder_team("team:web"), "web");
        assert_null(holder_team("teamweb"));
}

static void test_team(void **state)
{
        _cleanup_team_ Team t = {.id = ID, .created = USEC}, back = TEAM_NULL;
        _cleanup_free_ char *text = NULL, *again = NULL;

        assert_int_equal(text_replace(&t.name, "web"), 0);
        assert_int_equal(team_add(&t, "ben"), 0);
        assert_int_equal(team_add(&t, "ana"), 0);
        assert_int_equal(team_add(&t, "ana"), -EEXIST);
        assert_string_equal(t.members[0], "ana");
        assert_int_equal(text_replace(&t.lead, "ben"), 0);
        assert_int_equal(team_format(&t, &text), 0);
        assert_int_equal(team_parse(text, strlen(text), &back, NULL), 0);
        assert_int_equal(team_format(&back, &again), 0);
        assert_string_equal(text, again);
        assert_string_equal(back.lead, "ben");

        assert_int_equal(team_remove(&back, "eve"), -ENOENT);
        assert_int_equal(team_remove(&back, back.lead), 0);
        assert_null(back.lead);
        assert_false(team_has(&back, "ben"));
        assert_int_equal(team_remove(&back, "ana"), 0);
        assert_int_equal(strv_length(back.members), 0);
        for (int i = 0; i < TEAM_MEMBERS_MAX; i++) {
                char name[32];
                snprintf(name, sizeof(name), "u%d", i);
                assert_int_equal(team_add(&back, name), 0);
        }
        assert_int_equal(team_add(&back, "ana"), -E2BIG);
}

static void test_damaged_team(void **state)
{
        static const struct {
                const char *rest, *why;
        } damaged[] = {
                {"\"name\": \"Web\"", "is not a team's name"},
                {"\"name\": \"web\", \"lead\": \"ana\"", "is not a member"},
                {"\"name\": \"web\", \"members\": [\"a\", \"b\", \"a\"]", "somebody twice"},
                {"\"name\": \"web\", \"members\": [\"team:a\"]", "not a user's name"},
                {"\"name\": \"web\", \"members\": \"a\"", "is not a list"},
        };
        for (size_t i = 0; i < ELEMENTSOF(damaged); i++) {
                _cleanup_error_ Error e = ERROR_NULL;
                _cleanup_team_ Team t = TEAM_NULL;
                char text[512];
                snprintf(text, sizeof(text),
                         "{\"id\": \"" ID "\", \"created\": \"2025-11-21T03:27:00Z\", %s}", damaged[i].rest);
                assert_int_equal(team_parse(text, strlen(text), &t, &e), -EBADMSG);
                assert_non_null(strstr(e.message, damaged[i].why));
                assert_null(t.name);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_grants),         cmocka_unit_test(test_bounds),
                cmocka_unit_test(test_damaged_access), cmocka_unit_test(test_roles_by_name),
                cmocka_unit_test(test_holders),        cmocka_unit_test(test_team),
                cmocka_unit_test(test_damaged_team),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
