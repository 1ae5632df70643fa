/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The check of a process whose socket systemd holds. */

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "basic/cleanup.h"
#include "basic/clock.h"
#include "probe/attempt.h"
#include "probe/report.h"
#include "probe/unixqueue.h"

static const char tcp_table[] =
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
        "   0: 0100007F:0BB8 00000000:0000 0A 00000000:00000000 00:00000000 00000000 61184        0 1 1 0\n"
        "   1: 0100007F:4E24 00000000:0000 0A 00000000:00000000 00:00000000 00000000 61184        0 4 1 0\n";

static char *report(Listen listen, uint16_t port, const Attempt *told, uid_t uid)
{
        _cleanup_listeners_ Listeners list = LISTENERS_NULL;
        assert_int_equal(listeners_parse(tcp_table, true, &list), 0);
        Buffer out = BUFFER_NULL;
        report_failure(&(Report){.app = "blog",
                                 .name = "web.1",
                                 .listen = listen,
                                 .port = port,
                                 .range_first = 20000,
                                 .range_last = 29999,
                                 .uid = uid,
                                 .timeout = 60,
                                 .told = told,
                                 .last = told->outcome,
                                 .listeners = &list},
                       &out);
        char *text;
        assert_int_equal(buffer_finish(&out, &text, NULL), 0);
        return text;
}

static void test_report_held(void **state)
{
        (void) state;
        static Attempt a = {.outcome = ATTEMPT_QUEUED};

        _cleanup_free_ char *socket = report(LISTEN_SOCKET, 20004, &a, 61184);
        assert_string_equal(
                socket, "web.1 accepted no connection on fd 3 in 60 s\n"
                        "with listen = socket, systemd hands the listening socket over as file descriptor 3 "
                        "(LISTEN_FDS=1)\n"
                        "it listens on 127.0.0.1:3000, 127.0.0.1:20004 instead\n"
                        "for a process that binds $PORT itself: paas ps:listen web=port -a blog\n");
        _cleanup_free_ char *nothing = report(LISTEN_SOCKET, 20009, &a, 61190);
        assert_non_null(strstr(nothing, "\nnothing of it listens on any port either\nfor a process"));

        /* Behind a proxy it binds $PORT, as without one. */
        _cleanup_free_ char *proxy = report(LISTEN_PROXY, 20009, &a, 61184);
        assert_string_equal(proxy, "web.1 accepted no connection on port 20009 in 60 s\n"
                                   "it listens on 127.0.0.1:3000, not on $PORT 20009: "
                                   "bind 0.0.0.0:$PORT\n");

        a = (Attempt){.outcome = ATTEMPT_REFUSED, .error = ENOENT};
        _cleanup_free_ char *missing = report(LISTEN_SOCKET, 20009, &a, 61184);
        assert_string_equal(missing,
                            "systemd does not hold the socket of web.1: No such file or directory\n");
        a.outcome = ATTEMPT_CLOSED;
        _cleanup_free_ char *closed = report(LISTEN_SOCKET, 20009, &a, 61184);
        assert_non_null(strstr(closed, "web.1 accepts a connection on fd 3 and closes it"));
}

static const char unix_table[] = "Num       RefCount Protocol Flags    Type St Inode Path\n"
                                 "0000000000000000: 00000002 00000000 00010000 0001 01 12345 /run/a.sock\n"
                                 "ffff8881a: 00000003 00000000 00000000 0001 03 12346 /run/a.sock\n"
                                 "ffff8881b: 00000002 00000000 00000000 0001 03 12347\n"
                                 "ffff8881c: 00000002 00000000 00000000 0001 02 0 /run/b.sock\n"
                                 "ffff8881d: 00000002 00000000 00000000 0001 02 0\n"
                                 "garbage\n";

static void test_unix_queue(void **state)
{
        (void) state;
        assert_false(unix_queue_parse(unix_table, "/run/a.sock"));
        assert_true(unix_queue_parse(unix_table, "/run/b.sock"));
        assert_false(unix_queue_parse(unix_table, "/run/b.soc"));
        assert_false(unix_queue_parse(unix_table, "/run/b.sock2"));
        assert_false(unix_queue_parse("", "/run/b.sock"));
        assert_int_equal(unix_queue_read("/nonexistent", "/run/b.sock"), -ENOENT);
}

static void *answer(void *userdata)
{
        _cleanup_close_ int fd = accept(*(int *) userdata, NULL, NULL);
        char question[1024];
        static const char text[] = "HTTP/1.1 204 No\r\n\r\n";
        if (recv(fd, question, sizeof(question), 0) > 0)
                (void) !send(fd, text, sizeof(text) - 1, MSG_NOSIGNAL);
        return NULL;
}

/* Nobody accepts: the time passes, and the kernel's table says that the connection waits. Then somebody
 * does. */
static void test_unix_socket(void **state)
{
        (void) state;
        char directory[] = "/tmp/paas-probe-XXXXXX", path[64];
        static Attempt a;
        pthread_t thread;
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        assert_non_null(mkdtemp(directory));
        snprintf(path, sizeof(path), "%s/web.sock", directory);
        memcpy(address.sun_path, path, strlen(path));
        Target target = {.host = "blog.example.com", .path = path, .address_length = sizeof(address)};
        memcpy(&target.address, &address, sizeof(address));

        attempt_make(&target, clock_monotonic() + USEC_PER_SEC, &a);
        assert_int_equal(a.outcome, ATTEMPT_REFUSED);
        assert_int_equal(a.error, ENOENT);

        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        assert_int_equal(bind(fd, (struct sockaddr *) &address, sizeof(address)), 0);
        assert_int_equal(listen(fd, 4), 0);
        target.queue_deadline = clock_monotonic() + 100 * USEC_PER_MSEC;
        attempt_make(&target, clock_monotonic() + 10 * USEC_PER_MSEC, &a);
        assert_int_equal(a.outcome, ATTEMPT_QUEUED);
        const Check listening = {.way = CHECK_LISTENING};
        target.check = &listening;
        attempt_make(&target, clock_monotonic() + 10 * USEC_PER_MSEC, &a);
        assert_int_equal(a.outcome, ATTEMPT_QUEUED);

        for (int i = 0; i < 2; i++) /* those that gave up */
                close(accept(fd, NULL, NULL));
        target.check = NULL;
        assert_int_equal(pthread_create(&thread, NULL, answer, &fd), 0);
        attempt_make(&target, clock_monotonic() + 5 * USEC_PER_SEC, &a);
        pthread_join(thread, NULL);
        assert_int_equal(a.outcome, ATTEMPT_ANSWERED);
        assert_int_equal(a.head.status, 204);
        close(fd);
        assert_int_equal(unlink(path), 0);
        assert_int_equal(rmdir(directory), 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_report_held),
                cmocka_unit_test(test_unix_queue),
                cmocka_unit_test(test_unix_socket),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
