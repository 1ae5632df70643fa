/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "client/client.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "client/fake-paas.h"
#include "client/reply.h"

static void a_known_key_is_let_in(void **state)
{
        _cleanup_fake_ Fake f = {0};
        _cleanup_message_ sd_bus_message *reply = NULL;
        _cleanup_error_ Error e = ERROR_NULL;
        const char *path, *branch, *commit;

        assert_int_equal(fake_start(FAKE_KEY, NULL, &f), 0);
        assert_int_equal(client_call(f.client, "GetRepository", &reply, &e, "s", "blog"), 0);
        assert_true(sd_bus_message_read(reply, "sss", &path, &branch, &commit) > 0);
        assert_string_equal(branch, "main");
        assert_int_equal(client_authenticate(f.client, &e), 0);
}

static void another_key_is_refused_in_paasds_words(void **state)
{
        _cleanup_fake_ Fake f = {0};
        _cleanup_error_ Error e = ERROR_NULL;

        assert_int_equal(fake_start("SHA256:other", NULL, &f), 0);
        /* The refused key is what is told, not what came of it. */
        assert_int_equal(client_call(f.client, "GetRepository", NULL, &e, "s", "nosuch"), -EPERM);
        assert_string_equal(e.message, "nobody has this key");
        error_clear(&e);
        assert_int_equal(client_authenticate(f.client, &e), -EPERM);
}

static void errors_have_paasds_words_and_our_number(void **state)
{
        _cleanup_fake_ Fake f = {0};
        _cleanup_error_ Error e = ERROR_NULL;

        assert_int_equal(fake_start(NULL, NULL, &f), 0);
        assert_int_equal(client_call(f.client, "GetRepository", NULL, &e, "s", "nosuch"), -ENOENT);
        assert_string_equal(e.message, "there is no application of that name");
}

static void an_application_that_is_not_there_is_named(void **state)
{
        _cleanup_fake_ Fake f = {0};
        _cleanup_error_ Error e = ERROR_NULL;

        assert_int_equal(fake_start(NULL, NULL, &f), 0);
        assert_int_equal(client_app_call(f.client, "nosuch", "GetConfig", NULL, &e, NULL), -ENOENT);
        assert_non_null(strstr(e.message, "no application nosuch"));
        error_clear(&e);
        assert_int_equal(client_app_call(f.client, "No Name", "GetConfig", NULL, &e, NULL), -EINVAL);
        assert_non_null(e.message);
}

static void a_paasd_that_is_gone_is_away(void **state)
{
        _cleanup_fake_ Fake f = {0};
        _cleanup_error_ Error e = ERROR_NULL;

        assert_int_equal(fake_start(NULL, NULL, &f), 0);
        fake_kill(&f);
        assert_int_equal(client_call(f.client, "ListApps", NULL, &e, NULL), -CLIENT_EAWAY);
        assert_non_null(strstr(e.message, "paasd"));
}

/* A message as it would come, sealed and rewound. */
static sd_bus_message *message(const char *types, ...)
{
        _cleanup_(sd_bus_unrefp) sd_bus *bus = NULL;
        sd_bus_message *m = NULL;
        int ends[2];
        va_list ap;

        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
        assert_true(sd_bus_new(&bus) >= 0);
        assert_true(sd_bus_set_fd(bus, ends[0], ends[0]) >= 0);
        assert_true(sd_bus_start(bus) >= 0);
        assert_true(sd_bus_message_new_signal(bus, &m, "/a", "a.b", "C") >= 0);
        va_start(ap, types);
        assert_true(sd_bus_message_appendv(m, types, ap) >= 0);
        va_end(ap);
        assert_true(sd_bus_message_seal(m, 1, 0) >= 0);
        close(ends[1]);
        return m;
}

static void check_json(sd_bus_message *m, const char *wanted)
{
        _cleanup_json_ Json *json = NULL;
        _cleanup_free_ char *text = NULL;

        assert_int_equal(reply_to_json(m, &json), 0);
        assert_int_equal(js_format_line(json, &text), 0);
        assert_string_equal(text, wanted);
        sd_bus_message_unref(m);
}

static void replies_become_json(void **state)
{
        check_json(message("a{ss}", 2, "b", "it's", "a", "\xc3\xa4"), "{\"a\":\"\xc3\xa4\",\"b\":\"it's\"}");
        check_json(message("a{sv}", 4, "n", "t", UINT64_MAX, "y", "b", 1, "l", "as", 2, "x", "y", "o", "o",
                           "/p"),
                   "{\"l\":[\"x\",\"y\"],\"n\":9223372036854775807,\"o\":\"/p\",\"y\":true}");
        check_json(message("aa{sv}", 1, 1, "i", "i", -3), "[{\"i\":-3}]");
        check_json(message("a{sa{ss}}", 1, "p", 1, "web", "run"), "{\"p\":{\"web\":\"run\"}}");
        check_json(message("as", 0), "[]");
}

static void what_json_cannot_say_is_refused(void **state)
{
        _cleanup_json_ Json *json = NULL;
        _cleanup_message_ sd_bus_message *d = message("d", 0.5), *u = message("a{us}", 1, 7U, "x");

        assert_int_equal(reply_to_json(d, &json), -EBADMSG);
        assert_int_equal(reply_to_json(u, &json), -EBADMSG);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(a_known_key_is_let_in),
                cmocka_unit_test(another_key_is_refused_in_paasds_words),
                cmocka_unit_test(errors_have_paasds_words_and_our_number),
                cmocka_unit_test(an_application_that_is_not_there_is_named),
                cmocka_unit_test(a_paasd_that_is_gone_is_away),
                cmocka_unit_test(replies_become_json),
                cmocka_unit_test(what_json_cannot_say_is_refused),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
