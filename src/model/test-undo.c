/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "basic/text.h"
#include "model/undo.h"

static void check(const UndoInput *in, const char *wanted)
{
        char *got = NULL;
        assert_int_equal(undo_command(in, &got), 0);
        if (wanted && got)
                assert_string_equal(got, wanted);
        else if (wanted || got)
                fail_msg("%s: wanted %s, got %s", in->action, wanted ? wanted : "none", got ? got : "none");
        free(got);
}

static void test_release(void **state)
{
        check(&(UndoInput){.action = "deploy", .app = "blog", .release = 12, .previous = 11},
              "paas rollback v11 -a blog");
        check(&(UndoInput){.action = "config", .app = "blog", .release = 2, .previous = 1},
              "paas rollback v1 -a blog");
        check(&(UndoInput){.action = "deploy", .app = "blog", .release = 1}, NULL);
        check(&(UndoInput){.action = "ps:restart", .app = "blog"}, NULL);
        check(&(UndoInput){.action = "config:read", .app = "blog"}, NULL);
        check(&(UndoInput){.action = "releases:lock", .app = "blog", .release = 7},
              "paas releases:unlock v7 -a blog");
}

#define ONE "{\"web\":{\"quantity\":1,\"size\":\"standard-1x\"}}"
#define THREE "{\"web\":{\"quantity\":3,\"size\":\"standard-1x\"}}"
#define LARGE "{\"web\":{\"quantity\":1,\"size\":\"standard-2x\"}}"
#define BOTH                                                                                                \
  "{\"web\":{\"quantity\":1,\"size\":\"standard-1x\"},\"worker\":{\"quantity\":2,\"size\":\"standard-1x\"}" \
  "}"
#define STOPPED "{\"web\":{\"quantity\":1,\"size\":\"standard-1x\",\"stopped\":true}}"

static void test_scale(void **state)
{
        check(&(UndoInput){.action = "ps:scale", .app = "blog", .before = ONE, .after = THREE},
              "paas ps:scale web=1 -a blog");
        check(&(UndoInput){.action = "ps:scale", .app = "blog", .before = LARGE, .after = THREE},
              "paas ps:scale web=1:standard-2x -a blog");
        check(&(UndoInput){.action = "ps:scale", .app = "blog", .before = THREE, .after = BOTH},
              "paas ps:scale web=3 worker=0 -a blog");
        check(&(UndoInput){.action = "ps:scale", .app = "blog", .after = ONE},
              "paas ps:scale web=0 -a blog");
        check(&(UndoInput){.action = "ps:scale", .app = "blog", .before = ONE, .after = ONE}, NULL);
        check(&(UndoInput){.action = "ps:scale", .app = "blog", .before = ONE, .after = "{"}, NULL);
        check(&(UndoInput){.action = "ps:stop", .app = "blog", .before = ONE, .after = STOPPED},
              "paas ps:restart web -a blog");
        check(&(UndoInput){.action = "ps:stop", .app = "blog", .before = STOPPED, .after = STOPPED}, NULL);
        assert_string_equal(undo_file("ps:scale"), "formation");
        assert_null(undo_file("deploy"));
}

static void test_domains(void **state)
{
        check(
                &(UndoInput){
                        .action = "domains:add", .app = "blog", .before = "[]", .after = "[\"a.example\"]"},
                "paas domains:remove a.example -a blog");
        check(&(UndoInput){.action = "domains:add", .app = "blog", .after = "[\"a.example\",\"b.example\"]"},
              "paas domains:remove a.example b.example -a blog");
        check(&(UndoInput){.action = "domains:remove",
                           .app = "blog",
                           .before = "[\"a.example\",\"b.example\"]",
                           .after = "[\"b.example\"]"},
              "paas domains:add a.example -a blog");
}

static void test_access(void **state)
{
        check(&(UndoInput){.action = "access:add", .app = "blog", .after = "{\"ana\":\"viewer\"}"},
              "paas access:remove ana -a blog");
        check(&(UndoInput){.action = "access:add",
                           .app = "blog",
                           .before = "{\"ana\":\"viewer\",\"ben\":\"viewer\"}",
                           .after = "{\"ana\":\"viewer\",\"ben\":\"operator\"}"},
              "paas access:update ben --role viewer -a blog");
        check(&(UndoInput){.action = "access:remove", .app = "blog", .before = "{\"team:web\":\"owner\"}"},
              "paas access:add team:web --role owner -a blog");
}

#define TEAM(lead, members)                                                                                 \
  "{\"id\":\"6ba7b810-9dad-41d1-80b4-00c04fd430c8\",\"name\":\"web\"," lead "\"members\":[" members         \
  "],\"created\":\"2026-11-21T03:27:00Z\"}"

static void test_teams(void **state)
{
        check(&(UndoInput){.action = "teams:add",
                           .object = "web",
                           .before = TEAM("", ""),
                           .after = TEAM("", "\"ana\"")},
              "paas teams:remove web ana");
        check(&(UndoInput){.action = "teams:remove",
                           .object = "web",
                           .before = TEAM("", "\"ana\",\"ben\""),
                           .after = TEAM("", "\"ana\"")},
              "paas teams:add web ben");
        check(&(UndoInput){.action = "teams:lead",
                           .object = "web",
                           .before = TEAM("\"lead\":\"ana\",", "\"ana\",\"ben\""),
                           .after = TEAM("\"lead\":\"ben\",", "\"ana\",\"ben\"")},
              "paas teams:lead web ana");
        check(&(UndoInput){.action = "teams:create", .object = "web"}, "paas teams:destroy web");
        check(&(UndoInput){.action = "teams:destroy", .object = "web"}, NULL);
}

#define PIPELINE(STAGES)                                                                                    \
  "{\"id\": \"0b31a1b5-6a0c-4c5e-9f4e-2d8f0f6f1a11\", \"name\": \"shop\", \"owner\": \"ada\", "             \
  "\"created\": "                                                                                           \
  "\"2025-11-21T03:27:00Z\", \"stages\": [" STAGES "]}"
#define STAGING "{\"app\": \"blog\", \"stage\": \"staging\"}"

static void test_pipelines(void **state)
{
        check(&(UndoInput){.action = "pipelines:add",
                           .object = "shop",
                           .before = PIPELINE(""),
                           .after = PIPELINE(STAGING)},
              "paas pipelines:remove -a blog");
        check(&(UndoInput){.action = "pipelines:remove",
                           .object = "shop",
                           .before = PIPELINE(STAGING),
                           .after = PIPELINE("")},
              "paas pipelines:add shop -a blog -s staging");
        check(&(UndoInput){.action = "pipelines:update",
                           .object = "shop",
                           .before = PIPELINE(STAGING),
                           .after = PIPELINE("{\"app\": \"blog\", \"stage\": \"production\"}")},
              "paas pipelines:update -a blog -s staging");
        check(&(UndoInput){.action = "pipelines:create", .object = "shop"}, "paas pipelines:destroy shop");
        check(&(UndoInput){.action = "pipelines:destroy", .object = "shop"}, NULL);
        check(&(UndoInput){.action = "pipelines:add", .object = "shop", .before = "{}", .after = "{}"},
              NULL);
}

static void test_lock(void **state)
{
        check(&(UndoInput){.action = "apps:lock", .app = "blog", .after = "{\"reason\":\"x\"}"},
              "paas apps:unlock -a blog");
        check(&(UndoInput){.action = "apps:unlock", .app = "blog", .before = "{\"reason\":\"it's $HOME\"}"},
              "paas apps:lock --reason 'it'\\''s $HOME' -a blog");
}

static void test_users(void **state)
{
        check(&(UndoInput){.action = "users:disable", .object = "ana"}, "paas users:enable ana");
        check(&(UndoInput){.action = "users:enable", .object = "ana"}, "paas users:disable ana");
        check(&(UndoInput){.action = "users:add", .object = "ana"}, "paas users:disable ana");
        check(&(UndoInput){.action = "keys:remove", .object = "ana"}, NULL);
        check(&(UndoInput){.action = "apps:create", .app = "blog"},
              "paas apps:destroy -a blog --confirm blog");
        check(&(UndoInput){.action = "apps:create"}, NULL);
        check(&(UndoInput){.action = "apps:destroy", .app = "blog"}, "paas apps:restore blog");
        check(&(UndoInput){.action = "apps:restore", .app = "blog"},
              "paas apps:destroy -a blog --confirm blog");
}

static void test_settings(void **state)
{
        check(&(UndoInput){.action = "settings:set",
                           .app = "blog",
                           .before = "{\"drain-timeout\": \"60s\", \"web.stop-scope\": \"main\"}",
                           .after = "{\"drain-timeout\": \"5s\", \"web.stop-signal\": \"SIGINT\"}"},
              "paas settings:set drain-timeout=60s web.stop-signal= web.stop-scope=main -a blog");
        check(&(UndoInput){.action = "settings:set", .app = "blog", .after = "{\"hash-header\": \"X\"}"},
              "paas settings:set hash-header= -a blog");
        check(&(UndoInput){.action = "settings:set",
                           .app = "blog",
                           .before = "{\"text\": \"it's; x\"}",
                           .after = "{}"},
              "paas settings:set text='it'\\''s; x' -a blog");
        check(&(UndoInput){.action = "settings:set", .app = "blog", .before = "{}", .after = "{}"}, NULL);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_settings), cmocka_unit_test(test_release),
                cmocka_unit_test(test_scale),    cmocka_unit_test(test_domains),
                cmocka_unit_test(test_access),   cmocka_unit_test(test_lock),
                cmocka_unit_test(test_teams),    cmocka_unit_test(test_pipelines),
                cmocka_unit_test(test_users),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
