/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What is open at a server is cut, and nothing else, on a real HAProxy. Skipped where there is no haproxy(1)
 * or openssl(1). */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "basic/file.h"
#include "basic/text.h"
#include "router/haproxy-fixture.h"
#include "router/reload-fixture.h"
#include "router/traffic.h"

static bool is_open(int fd)
{
        char text[1024];
        ssize_t n;
        while ((n = recv(fd, text, sizeof(text), MSG_DONTWAIT)) > 0)
                ;
        return n < 0 && errno == EAGAIN;
}

static void expect_end(int fd)
{
        char text[1024];
        ssize_t n;
        while ((n = recv(fd, text, sizeof(text), 0)) > 0)
                ;
        assert_true(n == 0 || errno == ECONNRESET); /* not that it takes too long */
}

/* What a command set going has been done when the next one is answered. */
static void expect_open(int fd)
{
        for (unsigned i = 0; i < 20; i++) {
                RouterSession *list;
                size_t n;
                assert_int_equal(router_sessions(fixture_router, &list, &n, NULL), 0);
                router_sessions_free(list, n);
                assert_true(is_open(fd));
        }
}

static char backend[] = "pool_0", first[] = "web.1-v1.1", second[] = "web.1-v2.2";

/* The only session at a server. */
static RouterSession session_at(char *server)
{
        RouterSession found = {0};
        RouterSession *list;
        size_t n, here = 0;
        _cleanup_error_ Error e = ERROR_NULL;
        fixture_no_error(router_sessions(fixture_router, &list, &n, &e), &e);
        for (size_t i = 0; i < n; i++) {
                if (!streq(list[i].server, server))
                        continue;
                assert_string_equal(list[i].backend, backend);
                found = list[i];
                here++;
        }
        router_sessions_free(list, n);
        assert_int_equal(here, 1);
        found.backend = backend;
        found.server = server;
        return found;
}

static void one_of_several_is_cut(void **state)
{
        (void) state;
        _cleanup_error_ Error e = ERROR_NULL;
        fixture_add(first, &fixture_apps[0]);
        _cleanup_close_ int one = fixture_hold();
        RouterSession s = session_at(first);
        _cleanup_close_ int other = fixture_hold();

        fixture_no_error(router_end_session(fixture_router, &s, &e), &e);
        expect_end(one);
        expect_open(other);
        fixture_no_error(router_end_session(fixture_router, &s, &e), &e); /* it is not there any more */
        expect_open(other);
        fixture_take_out(first);
}

/* A session that had the id has ended; who has it now asks another server, or began later. */
static void who_has_got_the_id_goes_on(void **state)
{
        (void) state;
        _cleanup_error_ Error e = ERROR_NULL;
        fixture_add(first, &fixture_apps[0]);
        assert_int_equal(router_drain_server(fixture_router, backend, first, NULL), 0);
        fixture_add(second, &fixture_apps[1]);
        _cleanup_close_ int fd = fixture_hold();
        RouterSession s = session_at(second);
        s.server = first;
        fixture_no_error(router_end_session(fixture_router, &s, &e), &e);
        session_at(second);
        expect_open(fd);

        s.server = second;
        s.epoch ^= 1;
        fixture_no_error(router_end_session(fixture_router, &s, &e), &e);
        expect_open(fd);

        s.epoch ^= 1;
        fixture_no_error(router_end_session(fixture_router, &s, &e), &e);
        expect_end(fd);
        fixture_take_out(first);
        fixture_take_out(second);
}

/* In a worker that a reload has left behind, too. */
static void an_old_worker_is_told(void **state)
{
        (void) state;
        _cleanup_error_ Error e = ERROR_NULL;
        fixture_add(first, &fixture_apps[0]);
        _cleanup_close_ int one = fixture_hold();
        fixture_no_error(reload_and_wait(fixture_router, &e), &e);
        RouterSession s = session_at(first);
        assert_true(s.worker > 0);
        s.server = second;
        fixture_no_error(router_end_session(fixture_router, &s, &e), &e);
        session_at(first);
        expect_open(one);
        s.server = first;
        fixture_no_error(router_end_session(fixture_router, &s, &e), &e);
        expect_end(one);
}

static uint64_t count_idle(void)
{
        uint64_t n = 0;
        _cleanup_error_ Error e = ERROR_NULL;
        fixture_no_error(router_count_idle(fixture_router, &n, &e), &e);
        return n;
}

static bool is_known(const char *server, int (*observe)(Router *, RouterServer **, size_t *, Error *))
{
        RouterServer *list;
        size_t n;
        bool found = false;
        _cleanup_error_ Error e = ERROR_NULL;
        fixture_no_error(observe(fixture_router, &list, &n, &e), &e);
        for (size_t i = 0; i < n; i++)
                found = found || streq(list[i].name, server);
        router_servers_free(list, n);
        return found;
}

/* A client between two requests, whose worker goes on with the servers that it had. */
static void who_is_idle_in_an_old_worker(void **state)
{
        (void) state;
        static const char request[] = "GET / HTTP/1.1\r\nHost: blog.example.com\r\n\r\n";
        char text[8192];
        _cleanup_error_ Error e = ERROR_NULL;
        fixture_add(first, &fixture_apps[0]);
        assert_int_equal(count_idle(), 0);
        _cleanup_close_ int busy = fixture_hold(), idle = fixture_connect();
        assert_int_equal(send(idle, request, strlen(request), MSG_NOSIGNAL), strlen(request));
        assert_true(fixture_read_head(idle, text, sizeof(text)) > 0);
        assert_int_equal(count_idle(), 0); /* it may ask the current worker for as long as it likes */
        fixture_no_error(reload_and_wait(fixture_router, &e), &e);
        assert_int_equal(count_idle(), 1);

        fixture_add(second, &fixture_apps[1]);
        fixture_take_out(first);
        assert_false(is_known(first, router_observe));
        assert_true(is_known(first, router_observe_all));
        assert_true(is_known(second, router_observe_all));

        assert_int_equal(send(idle, request, strlen(request), MSG_NOSIGNAL), strlen(request));
        expect_end(idle);
        assert_int_equal(count_idle(), 0);
        assert_true(is_known(first, router_observe_all)); /* the other one is there still */
        RouterSession s = session_at(first);
        fixture_no_error(router_end_session(fixture_router, &s, &e), &e);
        expect_end(busy);
        while (is_known(first, router_observe_all))
                nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
        fixture_take_out(second);
}

int main(void)
{
        if (system("command -v haproxy >/dev/null && command -v openssl >/dev/null") != 0)
                return 77; /* meson: skipped */
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(one_of_several_is_cut),
                cmocka_unit_test(who_has_got_the_id_goes_on),
                cmocka_unit_test(an_old_worker_is_told),
                cmocka_unit_test(who_is_idle_in_an_old_worker),
        };
        return cmocka_run_group_tests(tests, fixture_set_up, fixture_tear_down);
}
