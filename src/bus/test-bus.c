/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "basic/log.h"
#include "bus/bus.h"
#include "bus/logcontrol.h"

#define PATIENCE_USEC UINT64_C(10000000)

typedef struct Fixture {
        sd_event *event;
        sd_bus *server, *client;
        int answered;
        sd_bus_error error;
        char text[100];
} Fixture;

static int call_who(sd_bus_message *m, void *userdata, sd_bus_error *e)
{
        uid_t uid;
        if (bus_sender_uid(m, &uid) < 0)
                return -EIO;
        return sd_bus_reply_method_return(m, "ubb", uid, bus_sender_in_group(m, getegid()),
                                          bus_sender_in_group(m, 4000000001u));
}

static int call_fail(sd_bus_message *m, void *userdata, sd_bus_error *e)
{
        _cleanup_error_ Error error = ERROR_NULL;
        int code;
        int r = sd_bus_message_read(m, "i", &code);
        if (r < 0)
                return r;
        if (code == 0)
                return bus_error_reply_as(
                        e, BUS_ERROR_NO_SUCH_RELEASE, -ENOENT,
                        &(Error){.message = (char *) "v9: the application has 3 releases"});
        return bus_error_reply(e, error_set(&error, -code, "blog: said why"), &error);
}

static const sd_bus_vtable vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_METHOD("Who", NULL, "ubb", call_who, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD("Fail", "i", NULL, call_fail, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_VTABLE_END,
};

static int setup(void **state)
{
        int fds[2];
        sd_id128_t id;
        Fixture *f = calloc(1, sizeof(Fixture));
        if (!f || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds) < 0 ||
            sd_id128_randomize(&id) < 0 || sd_event_new(&f->event) < 0)
                return -1;
        if (sd_bus_new(&f->server) < 0 || sd_bus_set_fd(f->server, fds[0], fds[0]) < 0 ||
            sd_bus_set_server(f->server, 1, id) < 0 || sd_bus_attach_event(f->server, f->event, 0) < 0 ||
            sd_bus_start(f->server) < 0)
                return -1;
        if (sd_bus_new(&f->client) < 0 || sd_bus_set_fd(f->client, fds[1], fds[1]) < 0 ||
            sd_bus_attach_event(f->client, f->event, 0) < 0 || sd_bus_start(f->client) < 0)
                return -1;
        if (sd_bus_add_object_vtable(f->server, NULL, BUS_PATH, BUS_MANAGER_INTERFACE, vtable, NULL) < 0 ||
            bus_log_control_add(f->server, "paasd") < 0)
                return -1;
        *state = f;
        return 0;
}

static int teardown(void **state)
{
        Fixture *f = *state;
        sd_bus_error_free(&f->error);
        sd_bus_close_unref(f->client);
        sd_bus_close_unref(f->server);
        sd_event_unref(f->event);
        free(f);
        return 0;
}

static int on_answer(sd_bus_message *m, void *userdata, sd_bus_error *e)
{
        Fixture *f = userdata;
        uint32_t uid;
        int in, out;

        f->answered++;
        sd_bus_error_free(&f->error);
        const char *text;
        if (sd_bus_message_is_method_error(m, NULL))
                sd_bus_error_copy(&f->error, sd_bus_message_get_error(m));
        else if (sd_bus_message_read(m, "ubb", &uid, &in, &out) > 0)
                snprintf(f->text, sizeof(f->text), "%u %d %d", uid, in, out);
        else if (sd_bus_message_rewind(m, 1) >= 0 && sd_bus_message_read(m, "v", "s", &text) > 0)
                snprintf(f->text, sizeof(f->text), "%s", text);
        return 0;
}

static void wait_answer(Fixture *f)
{
        for (int before = f->answered; f->answered == before;)
                assert_true(sd_event_run(f->event, PATIENCE_USEC) > 0);
}

static void test_sender(void **state)
{
        Fixture *f = *state;
        char wanted[100];

        assert_true(sd_bus_call_method_async(f->client, NULL, NULL, BUS_PATH, BUS_MANAGER_INTERFACE, "Who",
                                             on_answer, f, NULL) >= 0);
        wait_answer(f);
        snprintf(wanted, sizeof(wanted), "%u 1 0", geteuid());
        assert_string_equal(f->text, wanted);
}

static void assert_error(Fixture *f, int code, const char *name, const char *message)
{
        assert_true(sd_bus_call_method_async(f->client, NULL, NULL, BUS_PATH, BUS_MANAGER_INTERFACE, "Fail",
                                             on_answer, f, "i", code) >= 0);
        wait_answer(f);
        assert_string_equal(f->error.name, name);
        assert_string_equal(f->error.message, message);
}

static void test_errors_over_the_bus(void **state)
{
        Fixture *f = *state;

        assert_error(f, ENOENT, "org.paas1.Error.NoSuchApp", "blog: said why");
        assert_error(f, EPERM, "org.paas1.Error.NotPermitted", "blog: said why");
        assert_error(f, ESTALE, "org.paas1.Error.Conflict", "blog: said why");
        assert_error(f, ENOSPC, "org.paas1.Error.Internal", "blog: said why");
        assert_error(f, 0, "org.paas1.Error.NoSuchRelease", "v9: the application has 3 releases");
}

static void test_error_table(void **state)
{
        (void) state;
        _cleanup_(sd_bus_error_free) sd_bus_error e = SD_BUS_ERROR_NULL;

        assert_int_equal(bus_error_to_errno("org.paas1.Error.NoSuchDomain"), ENOENT);
        assert_int_equal(bus_error_to_errno("org.paas1.Error.Internal"), EIO);
        assert_int_equal(bus_error_to_errno("org.freedesktop.DBus.Error.Failed"), 0);
        assert_int_equal(bus_error_to_errno(NULL), 0);
        assert_int_equal(bus_error_reply(&e, -EFBIG, NULL), -EFBIG);
        assert_string_equal(e.name, "org.paas1.Error.TooLarge");
        assert_string_equal(e.message, "File too large");
}

static void test_log_control(void **state)
{
        Fixture *f = *state;
        const char *path = "/org/freedesktop/LogControl1", *properties = "org.freedesktop.DBus.Properties";
        const char *interface = "org.freedesktop.LogControl1";

        assert_true(sd_bus_call_method_async(f->client, NULL, NULL, path, properties, "Get", on_answer, f,
                                             "ss", interface, "SyslogIdentifier") >= 0);
        wait_answer(f);
        assert_string_equal(f->text, "paasd");
        assert_true(sd_bus_call_method_async(f->client, NULL, NULL, path, properties, "Set", on_answer, f,
                                             "ssv", interface, "LogLevel", "s", "debug") >= 0);
        wait_answer(f);
        assert_int_equal(log_level(), LOG_DEBUG);
        assert_true(sd_bus_call_method_async(f->client, NULL, NULL, path, properties, "Set", on_answer, f,
                                             "ssv", interface, "LogLevel", "s", "loud") >= 0);
        wait_answer(f);
        assert_string_equal(f->error.name, SD_BUS_ERROR_INVALID_ARGS);
        assert_int_equal(log_level(), LOG_DEBUG);
        log_set_level(LOG_INFO);
        assert_true(sd_bus_call_method_async(f->client, NULL, NULL, path, properties, "Get", on_answer, f,
                                             "ss", interface, "LogLevel") >= 0);
        wait_answer(f);
        assert_string_equal(f->text, "info");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_sender, setup, teardown),
                cmocka_unit_test_setup_teardown(test_errors_over_the_bus, setup, teardown),
                cmocka_unit_test(test_error_table),
                cmocka_unit_test_setup_teardown(test_log_control, setup, teardown),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
