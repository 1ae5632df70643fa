/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * Memory that runs out. Each call is made again and again, with the first, the second, … allocation in our
 * own code failing, until it succeeds: before that it must say -ENOMEM, leave its out-parameter alone and
 * (which ASan checks) lose nothing. The linker puts our functions in front of the C library's (--wrap).
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "basic/strv.h"
#include "model/access.h"
#include "model/app.h"
#include "model/buildresult.h"
#include "model/config.h"
#include "model/name.h"
#include "model/operation.h"
#include "model/release.h"
#include "model/setting.h"
#include "model/sourcetree.h"
#include "model/team.h"
#include "model/unitname.h"
#include "model/user.h"

#define ID "0b31a1b5-6a0c-4c5e-9f4e-2d8f0f6f1a11"
#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define KEY "AAAAC3NzaC1lZDI1NTE5AAAAIPJlCYdIkrjs4Hyac9/tnEzAVi/WaBFUwuAzvUPHtJDh"

static unsigned long countdown; /* the allocation that fails, from 1; 0: none */

static bool fails(void)
{
        return countdown > 0 && --countdown == 0;
}

void *__real_malloc(size_t n);
void *__wrap_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void *__wrap_realloc(void *p, size_t n);
void *__real_reallocarray(void *p, size_t n, size_t size);
void *__wrap_reallocarray(void *p, size_t n, size_t size);
char *__real_strdup(const char *s);
char *__wrap_strdup(const char *s);
char *__real_strndup(const char *s, size_t n);
char *__wrap_strndup(const char *s, size_t n);

void *__wrap_malloc(size_t n)
{
        return fails() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
        return fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t n)
{
        return fails() ? NULL : __real_realloc(p, n);
}

void *__wrap_reallocarray(void *p, size_t n, size_t size)
{
        return fails() ? NULL : __real_reallocarray(p, n, size);
}

char *__wrap_strdup(const char *s)
{
        return fails() ? NULL : __real_strdup(s);
}

char *__wrap_strndup(const char *s, size_t n)
{
        return fails() ? NULL : __real_strndup(s, n);
}

static int round_app(void)
{
        static const char text[] =
                "{\"id\": \"" ID "\", \"name\": \"a\", \"owner\": \"o\", \"host\": \"local\", "
                "\"branch\": \"main\", \"created\": \"2025-11-21T03:27:00Z\", \"run_uid\": 61184, "
                "\"build_uid\": 61185, \"listen\": \"port\", \"backend\": \"b\"}";
        _cleanup_app_ App a = APP_NULL;
        _cleanup_free_ char *out = NULL;
        int r = app_parse(text, strlen(text), &a, NULL);
        assert_true(r == 0 || !a.name);
        return r < 0 ? r : app_format(&a, &out);
}

static int round_release(void)
{
        static const char text[] =
                "{\"id\": \"" ID "\", \"version\": 1, \"kind\": \"deploy\", \"description\": \"d\", "
                "\"slug\": \"1\", \"manifest\": \"m\", \"stack\": \"host\", \"commit\": \"c\", "
                "\"actor\": \"a\", \"created\": \"2025-11-21T03:27:00Z\", "
                "\"versions\": [\"a=1\", \"b=2\"]}";
        _cleanup_release_ Release l = RELEASE_NULL, copy = RELEASE_NULL;
        _cleanup_free_ char *out = NULL;
        int r = release_parse(text, strlen(text), &l, NULL);
        assert_true(r == 0 || !l.actor);
        if (r >= 0)
                r = release_copy(&l, &copy);
        return r < 0 ? r : release_format(&copy, &out);
}

static int round_operation(void)
{
        static const char text[] =
                "{\"app\": \"a\", \"number\": 1, \"kind\": \"scale\", \"step\": \"queued\", "
                "\"actor\": \"a\", \"request\": \"r\", \"created\": 1, \"commit\": \"c\", "
                "\"slug\": \"1\", \"version\": 1, \"release\": \"r\", \"previous\": \"p\", "
                "\"arguments\": [\"web=1\"]}";
        _cleanup_operation_ Operation o = OPERATION_NULL;
        _cleanup_free_ char *out = NULL;
        int r = operation_parse(text, strlen(text), &o, NULL);
        assert_true(r == 0 || !o.app);
        return r < 0 ? r : operation_format(&o, &out);
}

static int round_user(void)
{
        static const char text[] =
                "{\"id\": \"" ID "\", \"name\": \"a\", \"email\": \"a@b\", \"created\": "
                "\"2025-11-21T03:27:00Z\", \"keys\": [{\"id\": \"" ID "\", \"type\": \"ssh-ed25519\", "
                "\"blob\": \"" KEY "\", \"comment\": \"c\", \"fingerprint\": \"f\", "
                "\"added\": \"2025-11-21T03:27:00Z\"}]}";
        _cleanup_user_ User u = USER_NULL;
        _cleanup_free_ char *out = NULL;
        int r = user_parse(text, strlen(text), &u, NULL);
        assert_true(r == 0 || !u.name);
        return r < 0 ? r : user_format(&u, &out);
}

static int round_key(void)
{
        _cleanup_free_ void *raw = NULL;
        SshKey k = {0};
        size_t n;
        int r = ssh_key_parse("ssh-ed25519 " KEY " c", &k, &raw, &n, NULL);
        assert_true(r == 0 || (!k.type && !raw));
        ssh_key_clear(&k);
        return r;
}

static int round_build_result(void)
{
        static const char text[] = "{\n  \"app_json\": \"{\\\"formation\\\": {\\\"web\\\": {\\\"size\\\": "
                                   "\\\"basic\\\"}}, \\\"x\\\": 1}\",\n"
                                   "  \"bytes\": 1,\n  \"files\": 1,\n  \"manifest\": \"sha256:" HEX
                                   "\",\n  \"pack\": \"make\",\n"
                                   "  \"processes\": [\n    {\n      \"command\": \"x\",\n      \"type\": "
                                   "\"web\"\n    }\n  ],\n"
                                   "  \"versions\": [\n    \"a=1\"\n  ]\n}\n";
        _cleanup_build_result_ BuildResult b = BUILD_RESULT_NULL;
        int r = build_result_parse(text, strlen(text), &b, NULL);
        assert_true(r == 0 || !b.pack);
        return r;
}

static int round_appjson(void)
{
        static const char text[] =
                "{\"formation\": {\"Web\": {\"size\": \"basic\"}, \"w\": {}}, \"x\": 1, \"y\": 2, "
                "\"cron\": [{\"command\": \"x\", \"schedule\": \"@daily\"}]}";
        _cleanup_appjson_ AppJson a = APPJSON_NULL;
        _cleanup_strv_ char **warnings = NULL;
        int r = appjson_parse(text, strlen(text), &a, &warnings, NULL);
        assert_true(r == 0 || !a.text);
        return r;
}

static int round_procfile(void)
{
        static const char text[] = "Web_1: x # y\nworker z\n";
        _cleanup_procfile_ Procfile p = PROCFILE_NULL;
        _cleanup_strv_ char **warnings = NULL;
        _cleanup_free_ char *out = NULL;
        int r = procfile_parse(text, strlen(text), "Procfile", &p, &warnings, NULL);
        assert_true(r == 0 || !p.processes);
        return r < 0 ? r : procfile_format(&p, &out);
}

static int round_formation(void)
{
        _cleanup_formation_ Formation f = FORMATION_NULL, copy = FORMATION_NULL, back = FORMATION_NULL;
        _cleanup_free_ char *out = NULL;
        int r = formation_change(&f, "web=2:basic", NULL, NULL);
        if (r >= 0)
                r = formation_change(&f, "web+1:eco", NULL, NULL);
        if (r >= 0)
                r = formation_copy(&f, &copy);
        if (r >= 0)
                r = formation_format(&copy, &out);
        return r < 0 ? r : formation_parse(out, strlen(out), &back, NULL);
}

static int round_domains(void)
{
        char a[] = "b.example", b[] = "a.example", *list[] = {a, b, NULL};
        _cleanup_strv_ char **back = NULL;
        _cleanup_free_ char *out = NULL;
        int r = domains_format(list, &out);
        return r < 0 ? r : domains_parse(out, strlen(out), &back, NULL);
}

static int round_access(void)
{
        static const char text[] = "{\"ana\": \"viewer\", \"team:web\": \"operator\"}";
        _cleanup_access_ Access a = ACCESS_NULL, copy = ACCESS_NULL;
        _cleanup_free_ char *out = NULL;
        int r = access_parse(text, strlen(text), &a, NULL);
        assert_true(r == 0 || !a.grants);
        if (r >= 0)
                r = access_copy(&a, &copy);
        return r < 0 ? r : access_format(&copy, &out);
}

static int round_settings(void)
{
        static const char text[] = "{\"drain-timeout\": \"60s\", \"web.stop-signal\": \"SIGQUIT\"}";
        _cleanup_app_settings_ AppSettings s = APP_SETTINGS_NULL, copy = APP_SETTINGS_NULL;
        _cleanup_free_ char *out = NULL;
        int r = app_settings_parse(text, strlen(text), &s, NULL);
        if (r >= 0)
                r = app_settings_change(&s, "worker.stop-timeout", "2min", NULL, NULL);
        if (r >= 0)
                r = app_settings_copy(&s, &copy);
        return r < 0 ? r : app_settings_format(&copy, &out);
}

static int round_team(void)
{
        static const char text[] = "{\"id\": \"" ID "\", \"name\": \"web\", \"lead\": \"ana\", \"members\": "
                                   "[\"ben\", \"ana\"], \"created\": \"2025-11-21T03:27:00Z\"}";
        _cleanup_team_ Team t = TEAM_NULL;
        _cleanup_free_ char *out = NULL;
        int r = team_parse(text, strlen(text), &t, NULL);
        assert_true(r == 0 || !t.name);
        if (r >= 0)
                r = team_add(&t, "eve");
        return r < 0 ? r : team_format(&t, &out);
}

static int round_config(void)
{
        _cleanup_config_ Config c = CONFIG_NULL;
        int r = config_set(&c, "B", "1");
        if (r >= 0)
                r = config_set(&c, "A", "1");
        if (r >= 0)
                r = config_set(&c, "B", "2");
        assert_true(r < 0 || c.n_vars == 2);
        return r < 0 ? r : 0;
}

static int round_names(void)
{
        _cleanup_instance_name_ InstanceName n = INSTANCE_NAME_NULL, copy = INSTANCE_NAME_NULL;
        _cleanup_(source_tree_freep) SourceTree *t = NULL;
        int r = instance_name_parse("paas-app-a_b-web.1-v2.3.service", &n);
        if (r >= 0)
                r = instance_name_copy(&n, &copy);
        return r < 0 ? r : source_tree_new((SourceLimits){1, 1}, &t);
}

static void test_each(void **state)
{
        static int (*const rounds[])(void) = {
                round_app,          round_release, round_operation, round_user,      round_key,
                round_build_result, round_appjson, round_procfile,  round_formation, round_domains,
                round_config,       round_names,   round_access,    round_team,      round_settings,
        };
        for (size_t i = 0; i < ELEMENTSOF(rounds); i++) {
                unsigned long n = 1;
                for (bool reached = true; reached; n++) {
                        countdown = n;
                        int r = rounds[i]();
                        reached = countdown == 0;
                        countdown = 0;
                        if (r != (reached ? -ENOMEM : 0))
                                print_error("call %zu, allocation %lu: %s\n", i, n, strerror(-r));
                        assert_int_equal(r, reached ? -ENOMEM : 0);
                }
                assert_true(n > 2);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {cmocka_unit_test(test_each)};
        return cmocka_run_group_tests(tests, NULL, NULL);
}
