/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The records that the state and the operations are made of: what is written can be read, and nothing else.
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "basic/strv.h"
#include "basic/text.h"
#include "model/app.h"
#include "model/applock.h"
#include "model/listen.h"
#include "model/operation.h"
#include "model/release.h"

#define ID "0b31a1b5-6a0c-4c5e-9f4e-2d8f0f6f1a11"
#define USEC UINT64_C(1763695620000000)

static char *text(const char *s)
{
        return (char *) s;
}

static const char app_text[] = "{\n"
                               "  \"backend\": \"pool_3\",\n"
                               "  \"branch\": \"main\",\n"
                               "  \"build_uid\": 61185,\n"
                               "  \"created\": \"2025-11-21T03:27:00Z\",\n"
                               "  \"host\": \"local\",\n"
                               "  \"id\": \"" ID "\",\n"
                               "  \"name\": \"my-app\",\n"
                               "  \"owner\": \"ada\",\n"
                               "  \"run_uid\": 61184\n"
                               "}\n";

static void test_app(void **state)
{
        App a = {
                .id = ID,
                .name = text("my-app"),
                .owner = text("ada"),
                .host = text("local"),
                .branch = text("main"),
                .created = USEC + 999,
                .run_uid = 61184,
                .build_uid = 61185,
                .backend = text("pool_3"),
        };
        _cleanup_app_ App b = APP_NULL, young = APP_NULL;
        _cleanup_free_ char *s = NULL, *t = NULL;

        assert_int_equal(app_format(&a, &s), 0);
        assert_string_equal(s, app_text);
        assert_int_equal(app_parse(s, strlen(s), &b, NULL), 0);
        assert_string_equal(b.id, ID);
        assert_string_equal(b.backend, "pool_3");
        assert_int_equal(b.created, USEC);

        a.branch = a.backend = NULL;
        assert_int_equal(app_format(&a, &t), 0);
        assert_int_equal(app_parse(t, strlen(t), &young, NULL), 0);
        assert_null(young.branch);
        assert_null(young.backend);
}

typedef int (*Parse)(const char *text);

/* Replaces `from` by `to` in a good document, which must be refused then, naming the field. */
static void check_damage(const char *good, const char *from, const char *to, Parse parse, int expected)
{
        _cleanup_free_ char *bad = NULL;
        const char *at = strstr(good, from);
        assert_non_null(at);
        assert_true(asprintf(&bad, "%.*s%s%s", (int) (at - good), good, to, at + strlen(from)) > 0);
        if (parse(bad) != expected)
                print_error("%s -> %s\n", from, to);
        assert_int_equal(parse(bad), expected);
}

static int parse_app(const char *s)
{
        _cleanup_app_ App a = APP_NULL;
        _cleanup_error_ Error e = ERROR_NULL;
        int r = app_parse(s, strlen(s), &a, &e);
        assert_true(r == 0 || text_after(e.message, "the stored application"));
        return r;
}

static void test_app_damaged(void **state)
{
        static const char *const damage[][2] = {
                {"\"my-app\"", "\"My App\""},
                {"\"my-app\"", "7"},
                {"\"name\"", "\"nome\""},
                {"\"ada\"", "\"../ada\""},
                {"61184", "61186"},
                {"61184", "61183"},
                {"61185", "65520"},
                {"61185", "61187"},
                {"61184", "\"61184\""},
                {"61184", "61184.0"},
                {ID, "0B31A1B5"},
                {"T03", "X03"},
                {"}", ""},
                {"{", "[{"},
                {"\"main\"", "false"},
        };
        for (size_t i = 0; i < ELEMENTSOF(damage); i++)
                check_damage(app_text, damage[i][0], damage[i][1], parse_app, -EBADMSG);
        check_damage(app_text, "\"branch\"", "\"later\"", parse_app, 0);
        assert_int_equal(parse_app("[]"), -EBADMSG);
}

static int parse_lock(const char *s)
{
        _cleanup_app_lock_ AppLock l = APP_LOCK_NULL;
        _cleanup_error_ Error e = ERROR_NULL;
        int r = app_lock_parse(s, strlen(s), &l, &e);
        assert_true(r == 0 || text_after(e.message, "the stored lock"));
        return r;
}

static void test_lock(void **state)
{
        static const char wanted[] = "{\n"
                                     "  \"by\": \"ana\",\n"
                                     "  \"reason\": \"the database is moved\",\n"
                                     "  \"since\": \"2025-11-21T03:27:00Z\"\n"
                                     "}\n";
        const AppLock l = {.by = text("ana"), .reason = text("the database is moved"), .since = USEC + 999};
        _cleanup_app_lock_ AppLock back = APP_LOCK_NULL;
        _cleanup_free_ char *s = NULL;
        assert_int_equal(app_lock_format(&l, &s), 0);
        assert_string_equal(s, wanted);
        assert_int_equal(app_lock_parse(s, strlen(s), &back, NULL), 0);
        assert_string_equal(back.by, "ana");
        assert_int_equal(back.since, USEC);
        check_damage(wanted, "\"by\"", "\"of\"", parse_lock, -EBADMSG);
        check_damage(wanted, "the database is moved", "  ", parse_lock, -EBADMSG);
        check_damage(wanted, "moved", "a\\nb", parse_lock, -EBADMSG);
        check_damage(wanted, "2025", "x", parse_lock, -EBADMSG);

        char big[APP_LOCK_REASON_MAX + 2] = {0};
        memset(big, 'x', APP_LOCK_REASON_MAX);
        assert_int_equal(app_lock_check_reason(big, NULL), 0);
        big[APP_LOCK_REASON_MAX] = 'x';
        assert_int_equal(app_lock_check_reason(big, NULL), -EINVAL);
        assert_int_equal(app_lock_check_reason("", NULL), -EINVAL);
        assert_int_equal(app_lock_check_reason("a\tb", NULL), -EINVAL);
        assert_int_equal(app_lock_check_reason("\xff", NULL), -EINVAL);
}

static void test_listen(void **state)
{
        Listen l;
        assert_int_equal(listen_from_string("proxy", &l), 0);
        assert_int_equal(l, LISTEN_PROXY);
        assert_string_equal(listen_to_string(LISTEN_PORT), "port");
        assert_int_equal(listen_from_string("", &l), -EINVAL);
        assert_int_equal(listen_from_string(NULL, &l), -EINVAL);
        assert_null(listen_to_string(_LISTEN_MAX));
}

static void test_domains(void **state)
{
        char *list[] = {text("www.example.com"), text("*.a.example"), text("b.example"), NULL};
        _cleanup_strv_ char **back = NULL, **none = NULL;
        _cleanup_free_ char *s = NULL, *empty = NULL;

        assert_int_equal(domains_format(list, &s), 0);
        assert_string_equal(s, "[\n  \"*.a.example\",\n  \"b.example\",\n  \"www.example.com\"\n]\n");
        assert_int_equal(domains_parse(s, strlen(s), &back, NULL), 0);
        assert_int_equal(strv_length(back), 3);
        assert_string_equal(back[0], "*.a.example");
        assert_int_equal(domains_format(NULL, &empty), 0);
        assert_string_equal(empty, "[]\n");
        assert_int_equal(domains_parse(empty, strlen(empty), &none, NULL), 0);
        assert_int_equal(strv_length(none), 0);

        static const char *const bad[] = {
                "{}", "[1]", "[\"A.example\"]", "[\"a\"]", "[\"a.b\", \"a.b\"]", "x", "[null]",
        };
        char **never = NULL;
        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                assert_int_equal(domains_parse(bad[i], strlen(bad[i]), &never, NULL), -EBADMSG);
        assert_null(never);
}

static const Release full = {
        .id = ID,
        .version = 12,
        .kind = RELEASE_ROLLBACK,
        .description = (char *) "Set A, \"B\" config vars \xc3\xbc",
        .slug = (char *) "7",
        .manifest = (char *) "sha256:00",
        .stack = (char *) "host",
        .commit = (char *) "0123456789012345678901234567890123456789",
        .actor = (char *) "ada",
        .created = USEC,
        .branch = (char *) "main",
        .listen = LISTEN_SOCKET,
        .no_rollback = true,
        .versions = (char *[]){(char *) "node=18.19.0", (char *) "npm=9.2.0", NULL},
};

static void test_release(void **state)
{
        _cleanup_release_ Release back = RELEASE_NULL, copy = RELEASE_NULL;
        _cleanup_free_ char *s = NULL, *again = NULL, *copied = NULL;

        assert_int_equal(release_format(&full, &s), 0);
        assert_int_equal(release_parse(s, strlen(s), &back, NULL), 0);
        assert_int_equal(release_format(&back, &again), 0);
        assert_string_equal(s, again);
        assert_int_equal(back.kind, RELEASE_ROLLBACK);
        assert_true(back.no_rollback);
        assert_string_equal(back.branch, "main");
        assert_int_equal(back.listen, LISTEN_SOCKET);
        assert_string_equal(back.versions[1], "npm=9.2.0");
        assert_int_equal(release_copy(&full, &copy), 0);
        assert_int_equal(release_format(&copy, &copied), 0);
        assert_string_equal(s, copied);
}

static void test_first_release(void **state)
{
        _cleanup_release_ Release back = RELEASE_NULL;
        _cleanup_free_ char *s = NULL;
        Release first = full;
        first.slug = first.manifest = first.commit = NULL;
        first.versions = NULL;
        first.kind = RELEASE_CONFIG;

        assert_int_equal(release_format(&first, &s), 0);
        assert_int_equal(release_parse(s, strlen(s), &back, NULL), 0);
        assert_null(back.slug);
        assert_null(back.commit);
        assert_null(back.versions);
}

static int parse_release(const char *s)
{
        _cleanup_release_ Release r = RELEASE_NULL;
        return release_parse(s, strlen(s), &r, NULL);
}

static void test_release_damaged(void **state)
{
        static const char *const damage[][2] = {
                {"\"version\": 12", "\"version\": 0"},
                {"\"version\": 12", "\"version\": -1"},
                {"\"rollback\"", "\"x\""},
                {"\"stack\"", "\"x\""},
                {"true", "1"},
                {"\"npm=9.2.0\"", "1"},
                {"\"actor\"", "\"x\""},
                {"2025", "x"},
                {"\"7\"", "7"},
        };
        _cleanup_free_ char *s = NULL;
        assert_int_equal(release_format(&full, &s), 0);
        for (size_t i = 0; i < ELEMENTSOF(damage); i++)
                check_damage(s, damage[i][0], damage[i][1], parse_release, -EBADMSG);
        Release bad = full;
        _cleanup_free_ char *t = NULL;
        bad.description = text("\xff");
        assert_int_equal(release_format(&bad, &t), -EINVAL);
        assert_null(t);
}

static const Operation operation = {
        .app = (char *) "blog",
        .number = 7,
        .kind = OPERATION_DEPLOY,
        .step = STEP_CANARY,
        .canary = (char *) "10%",
        .automatic = true,
        .reason = (char *) "web.1 exited with status 7",
        .actor = (char *) "ada",
        .request = (char *) "r-1",
        .from = (char *) "key SHA256:abc from 192.0.2.7",
        .created = USEC + 123456,
        .commit = (char *) "c1",
        .old_commit = (char *) "c0",
        .branch = (char *) "main",
        .forced = true,
        .detached = true,
        .no_rollback = true,
        .supersede = true,
        .no_restart = true,
        .slug = (char *) "7",
        .version = 12,
        .release = (char *) "r12",
        .previous = (char *) "r11",
        .arguments = (char *[]){(char *) "web=2", (char *) "", NULL},
};

static void test_operation(void **state)
{
        _cleanup_operation_ Operation back = OPERATION_NULL;
        _cleanup_free_ char *s = NULL, *again = NULL;

        assert_int_equal(operation_format(&operation, &s), 0);
        assert_int_equal(operation_parse(s, strlen(s), &back, NULL), 0);
        assert_int_equal(operation_format(&back, &again), 0);
        assert_string_equal(s, again);
        assert_int_equal(back.created, USEC + 123456);
        assert_int_equal(back.step, STEP_CANARY);
        assert_string_equal(back.canary, "10%");
        assert_true(back.automatic);
        assert_string_equal(back.reason, "web.1 exited with status 7");
        assert_true(back.forced && back.detached && back.no_rollback && back.supersede && back.no_restart);
        assert_string_equal(back.previous, "r11");
        assert_string_equal(back.arguments[1], "");
}

static int parse_operation(const char *s)
{
        _cleanup_operation_ Operation o = OPERATION_NULL;
        return operation_parse(s, strlen(s), &o, NULL);
}

static void test_operation_damaged(void **state)
{
        static const char *const damage[][2] = {
                {"\"blog\"", "\"../x\""},
                {"\"deploy\"", "\"x\""},
                {"\"step\": \"canary\"", "\"step\": \"x\""},
                {"\"number\": 7", "\"number\": 0"},
        };
        _cleanup_free_ char *s = NULL;
        assert_int_equal(operation_format(&operation, &s), 0);
        for (size_t i = 0; i < ELEMENTSOF(damage); i++)
                check_damage(s, damage[i][0], damage[i][1], parse_operation, -EBADMSG);
        check_damage(s, "\"request\"", "\"later\"", parse_operation, 0);
}

static void test_words(void **state)
{
        for (int i = 0; i < _OPERATION_KIND_MAX; i++) {
                OperationKind k;
                assert_int_equal(operation_kind_from_string(operation_kind_to_string((OperationKind) i), &k),
                                 0);
                assert_int_equal(k, i);
        }
        for (int i = 0; i < _OPERATION_STEP_MAX; i++) {
                OperationStep s;
                assert_int_equal(operation_step_from_string(operation_step_to_string((OperationStep) i), &s),
                                 0);
                assert_int_equal(s, i);
        }
        for (int i = 0; i < _RELEASE_KIND_MAX; i++) {
                ReleaseKind k;
                assert_int_equal(release_kind_from_string(release_kind_to_string((ReleaseKind) i), &k), 0);
                assert_int_equal(k, i);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_app),           cmocka_unit_test(test_app_damaged),
                cmocka_unit_test(test_lock),          cmocka_unit_test(test_listen),
                cmocka_unit_test(test_domains),       cmocka_unit_test(test_release),
                cmocka_unit_test(test_first_release), cmocka_unit_test(test_release_damaged),
                cmocka_unit_test(test_operation),     cmocka_unit_test(test_operation_damaged),
                cmocka_unit_test(test_words),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
