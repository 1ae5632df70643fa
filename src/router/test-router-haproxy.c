/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The rendered configuration and the driver on a real HAProxy. Skipped where there is no haproxy(1) or
 * openssl(1). */

#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "basic/clock.h"
#include "basic/file.h"
#include "basic/text.h"
#include "router/haproxy-fixture.h"
#include "router/reload-fixture.h"
#include "router/traffic.h"

static RouterServer *find(RouterServer *list, size_t n, const char *name)
{
        for (size_t i = 0; i < n; i++)
                if (streq(list[i].name, name))
                        return &list[i];
        return NULL;
}

static void test_swap(void **state)
{
        (void) state;
        RouterServer *list, *s;
        size_t n;

        fixture_expect_status("/", "blog.example.com", 503);
        fixture_add("web.1-v1.1", &fixture_apps[0]);
        fixture_add("web.1-v1.1", &fixture_apps[0]); /* again: nothing changes */
        fixture_expect_status("/", "blog.example.com", 200);
        fixture_expect_status("/", "BLOG.example.com.:80", 200);
        fixture_expect_status("/", "some.example.net", 200);
        fixture_expect_status("/", "a.b.example.net", 404);
        assert_int_equal(
                router_add_server(fixture_router, "pool_0", "web.1-v1.1", fixture_apps[1].address, NULL),
                -EEXIST);

        fixture_add("web.1-v2.2", &fixture_apps[1]);
        assert_int_equal(router_drain_server(fixture_router, "pool_0", "web.1-v1.1", NULL), 0);
        assert_int_equal(router_observe(fixture_router, &list, &n, NULL), 0);
        assert_int_equal(n, 2);
        s = find(list, n, "web.1-v1.1");
        assert_non_null(s);
        assert_int_equal(s->state, ROUTER_DRAIN);
        assert_string_equal(s->address, fixture_apps[0].address);
        assert_int_equal(s->sessions, 0);
        s = find(list, n, "web.1-v2.2");
        assert_non_null(s);
        assert_int_equal(s->state, ROUTER_READY);
        assert_true(s->up);
        assert_int_equal(s->weight, 100);
        router_servers_free(list, n);

        assert_int_equal(router_remove_server(fixture_router, "pool_0", "web.1-v1.1", false, NULL), 0);
        assert_int_equal(router_remove_server(fixture_router, "pool_0", "web.1-v1.1", false, NULL), 0);
        fixture_expect_status("/", "blog.example.com", 200);
        fixture_take_out("web.1-v2.2");
        fixture_expect_status("/", "blog.example.com", 503);
}

/* Opens an answer that goes on until its connection is closed. */
/* A long answer keeps its server until it is cut. */
static void test_force(void **state)
{
        (void) state;
        fixture_add("web.1-v1.1", &fixture_apps[0]);
        _cleanup_close_ int fd = fixture_hold();
        char text[1024];

        RouterServer *list;
        size_t n;
        assert_int_equal(router_observe(fixture_router, &list, &n, NULL), 0);
        assert_int_equal(n, 1);
        assert_int_equal(list[0].sessions, 1);
        router_servers_free(list, n);
        assert_int_equal(router_remove_server(fixture_router, "pool_0", "web.1-v1.1", false, NULL), -EBUSY);

        fixture_take_out("web.1-v1.1");
        while (recv(fd, text, sizeof(text), 0) > 0)
                ;
}

static void test_pages(void **state)
{
        (void) state;
        static const char *const states[] = {"new", "none", "stopped", "starting", "crashed"};
        for (size_t i = 0; i < ELEMENTSOF(states); i++) {
                assert_int_equal(router_set_map(fixture_router, "states.map", "pool_0", states[i], NULL), 0);
                _cleanup_free_ char *html = fixture_ask("/", "blog.example.com", "Accept: text/html\r\n");
                _cleanup_free_ char *json =
                        fixture_ask("/", "blog.example.com", "Accept: application/json\r\n");
                _cleanup_free_ char *text = fixture_ask("/", "blog.example.com", "");
                assert_int_equal(fixture_status_of(html), 503);
                fixture_expect_text(html, "content-type: text/html\r\n");
                fixture_expect_text(html, "retry-after: ");
                fixture_expect_text(html, "x-paas-error: H");
                fixture_expect_text(json, "\r\n\r\n{\"id\":\"");
                fixture_expect_text(json, states[i]);
                fixture_expect_text(text, "content-type: text/plain\r\n");
                fixture_expect_no_text(html, "%[");
                fixture_expect_no_text(html, "@T");
        }
        /* A server that is there is asked, whatever the map says; the map's state is for when there is none.
         */
        fixture_add("web.1-v1.1", &fixture_apps[0]);
        fixture_expect_status("/", "blog.example.com", 200);
        _cleanup_free_ char *closed = fixture_ask("/close", "blog.example.com", "");
        assert_int_equal(fixture_status_of(closed), 502);
        fixture_expect_text(closed, "x-paas-error: H13\r\n");
        _cleanup_free_ char *garbage = fixture_ask("/garbage", "blog.example.com", "");
        assert_int_equal(fixture_status_of(garbage), 502);
        _cleanup_free_ char *own = fixture_ask("/503", "blog.example.com", "");
        assert_int_equal(fixture_status_of(own), 503);
        fixture_expect_no_text(own, "x-paas-error");
        fixture_take_out("web.1-v1.1");
        assert_int_equal(router_set_map(fixture_router, "states.map", "pool_0", NULL, NULL), 0);

        _cleanup_free_ char *down = fixture_ask("/", "blog.example.com", "");
        fixture_expect_text(down, "x-paas-error: H21\r\n");
        _cleanup_free_ char *unknown = fixture_ask("/", "<b>no\"body", "Accept: text/html\r\n");
        assert_true(fixture_status_of(unknown) == 404 || fixture_status_of(unknown) == 400);
        fixture_expect_no_text(unknown, "<b>no");
}

/* The checks found the only server down: it is asked nevertheless, and a page says so when it refuses. */
static void test_degraded(void **state)
{
        (void) state;
        App gone = {.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
        struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        socklen_t n = sizeof(address);
        assert_int_equal(bind(gone.fd, (struct sockaddr *) &address, n), 0);
        assert_int_equal(getsockname(gone.fd, (struct sockaddr *) &address, &n), 0);
        snprintf(gone.address, sizeof(gone.address), "127.0.0.1:%u", ntohs(address.sin_port));
        fixture_add("web.1-v1.1", &gone);

        bool up = true;
        for (unsigned i = 0; up && i < 1000; i++) {
                RouterServer *list;
                size_t n_servers;
                nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
                assert_int_equal(router_observe(fixture_router, &list, &n_servers, NULL), 0);
                up = list[0].up;
                router_servers_free(list, n_servers);
        }
        assert_false(up);
        fixture_expect_status("/", "blog.example.com", 503);
        assert_int_equal(listen(gone.fd, 16), 0);
        assert_int_equal(pthread_create(&gone.thread, NULL, fixture_serve, &gone), 0);
        fixture_expect_status("/", "blog.example.com", 200);

        fixture_take_out("web.1-v1.1");
        shutdown(gone.fd, SHUT_RDWR);
        pthread_join(gone.thread, NULL);
        close(gone.fd);
}

/* A socket that systemd would hold: the listing does not tell its path, and adding it again is nothing new.
 */
static void test_unix_server(void **state)
{
        (void) state;
        App app = {.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
        char directory[] = "/tmp/paas-router-XXXXXX";
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        assert_non_null(mkdtemp(directory));
        snprintf(address.sun_path, sizeof(address.sun_path), "%s/s", directory);
        assert_int_equal(bind(app.fd, (struct sockaddr *) &address, sizeof(address)), 0);
        assert_int_equal(listen(app.fd, 16), 0);
        assert_int_equal(pthread_create(&app.thread, NULL, fixture_serve, &app), 0);
        snprintf(app.address, sizeof(app.address), "unix@%s", address.sun_path);

        fixture_add("web.1-v1.1", &app);
        fixture_add("web.1-v1.1", &app);
        fixture_expect_status("/", "blog.example.com", 200);
        RouterServer *list;
        size_t n;
        assert_int_equal(router_observe(fixture_router, &list, &n, NULL), 0);
        assert_int_equal(n, 1);
        assert_string_equal(list[0].address, ROUTER_UNIX_ADDRESS);
        router_servers_free(list, n);
        assert_int_equal(
                router_add_server(fixture_router, "pool_0", "web.1-v1.1", fixture_apps[1].address, NULL),
                -EEXIST);

        fixture_take_out("web.1-v1.1");
        shutdown(app.fd, SHUT_RDWR);
        pthread_join(app.thread, NULL);
        close(app.fd);
        assert_int_equal(unlink(address.sun_path), 0);
        assert_int_equal(rmdir(directory), 0);
}

static void test_reload(void **state)
{
        (void) state;
        _cleanup_error_ Error e = ERROR_NULL;
        _cleanup_free_ char *value = NULL;
        assert_int_equal(router_set_map(fixture_router, "hosts.map", "lost.example.com", "pool_1", NULL), 0);
        assert_int_equal(router_get_map(fixture_router, "hosts.map", "lost.example.com", &value, NULL), 0);
        assert_string_equal(value, "pool_1");
        fixture_no_error(reload_and_wait(fixture_router, &e), &e);
        assert_int_equal(router_get_map(fixture_router, "hosts.map", "lost.example.com", &value, NULL),
                         -ENODATA);

        /* What a worker has and the file has not goes, what it has not comes. */
        assert_int_equal(router_set_map(fixture_router, "hosts.map", "lost.example.com", "pool_1", NULL), 0);
        static const char wanted[] = "blog.example.com pool_1\nnew.example.com pool_0\n";
        assert_int_equal(router_apply_map(fixture_router, "hosts.map", wanted, &e), 4);
        assert_int_equal(router_apply_map(fixture_router, "hosts.map", wanted, &e), 0);
        assert_int_equal(router_get_map(fixture_router, "hosts.map", "lost.example.com", &value, NULL),
                         -ENODATA);
        assert_int_equal(router_apply_map(fixture_router, "nothing.map", "", &e), -EIO);
        error_clear(&e);

        assert_int_equal(fixture_write("bogus\n"), 0);
        assert_int_equal(reload_and_wait(fixture_router, &e), -EBADMSG);
        fixture_expect_text(e.message, "goes on with the old one");
        fixture_expect_status("/", "blog.example.com", 503);
        assert_int_equal(fixture_write(""), 0);
        fixture_no_error(reload_and_wait(fixture_router, &e), &e);
        assert_null(e.message);
}

static size_t count_old_workers(uint64_t *ret_connections)
{
        RouterProcesses p = {0};
        size_t n = 0;
        assert_int_equal(router_observe_processes(fixture_router, &p, NULL), 0);
        assert_true(p.n > 0);
        assert_false(p.workers[0].old);
        *ret_connections = 0;
        for (size_t i = 0; i < p.n; i++)
                if (p.workers[i].old) {
                        n++;
                        *ret_connections += p.workers[i].connections;
                }
        router_processes_clear(&p);
        return n;
}

/* A worker goes on with what it has when it is replaced; one more than there may be is ended. */
static void test_old_workers(void **state)
{
        (void) state;
        _cleanup_error_ Error e = ERROR_NULL;
        uint64_t n = 0;
        char byte;
        fixture_add("web.1-v1.1", &fixture_apps[0]);
        _cleanup_close_ int first = fixture_hold();
        fixture_no_error(reload_and_wait(fixture_router, &e), &e);
        assert_int_equal(count_old_workers(&n), 1);
        assert_int_equal(n, 1);
        assert_int_equal(recv(first, &byte, 1, MSG_DONTWAIT), -1);
        assert_int_equal(errno, EAGAIN);

        fixture_add("web.1-v1.1", &fixture_apps[0]);
        _cleanup_close_ int second = fixture_hold();
        fixture_no_error(reload_and_wait(fixture_router, &e), &e);
        while (recv(first, &byte, 1, 0) > 0)
                ;
        for (unsigned i = 0; i < 1000 && count_old_workers(&n) > 1; i++)
                nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
        assert_int_equal(count_old_workers(&n), 1);
        assert_int_equal(n, 1);
        assert_int_equal(recv(second, &byte, 1, MSG_DONTWAIT), -1);
        assert_int_equal(errno, EAGAIN);
}

/* How many requests a server has answered. */
static uint64_t answered_by(const char *server)
{
        RouterWorkerCounts *list;
        size_t n;
        uint64_t count = UINT64_MAX;
        _cleanup_error_ Error e = ERROR_NULL;
        fixture_no_error(router_counts(fixture_router, "pool_0", &list, &n, &e), &e);
        assert_int_equal(n, 1);
        assert_false(list[0].old);
        assert_true(list[0].worker > 0);
        for (size_t i = 0; i < list[0].n; i++)
                if (strcmp(list[0].list[i].server, server) == 0) {
                        count = list[0].list[i].responses;
                        assert_true(list[0].list[i].up);
                        assert_int_equal(list[0].list[i].errors, 0);
                }
        router_worker_counts_free(list, n);
        return count;
}

static void ask_times(unsigned n)
{
        for (unsigned i = 0; i < n; i++)
                fixture_expect_status("/", "blog.example.com", 200);
}

/* One that is aside gets what is meant for it, however few requests there are, and nothing else. */
static void test_share(void **state)
{
        (void) state;
        char aside[] = "web.1-v2.2";
        char *const servers[] = {aside, NULL};
        _cleanup_error_ Error e = ERROR_NULL;
        fixture_add("web.1-v1.1", &fixture_apps[0]);
        fixture_no_error(router_add_aside(fixture_router, "pool_0", aside, fixture_apps[1].address, &e), &e);
        ask_times(20);
        assert_int_equal(answered_by("web.1-v1.1"), 20);
        assert_int_equal(answered_by(aside), 0);
        assert_false(router_has_share(fixture_router, "pool_0"));

        fixture_no_error(router_set_share(fixture_router, "pool_0", servers, 100, &e), &e);
        assert_true(router_has_share(fixture_router, "pool_0"));
        ask_times(20);
        assert_int_equal(answered_by(aside), 20);

        fixture_no_error(router_set_share(fixture_router, "pool_0", servers, 30, &e), &e);
        ask_times(200);
        assert_in_range(answered_by(aside), 20 + 25, 20 + 110);

        fixture_no_error(router_set_share(fixture_router, "pool_0", NULL, 0, &e), &e);
        assert_false(router_has_share(fixture_router, "pool_0"));
        uint64_t before = answered_by(aside);
        ask_times(20);
        assert_int_equal(answered_by(aside), before);

        fixture_add(aside, &fixture_apps[1]);
        fixture_take_out("web.1-v1.1");
        ask_times(20);
        assert_int_equal(answered_by(aside), before + 20);
        fixture_take_out(aside);
}

static void test_certificate(void **state)
{
        (void) state;
        _cleanup_error_ Error e = ERROR_NULL;
        _cleanup_free_ char *pem = NULL;
        char path[128], command[512];
        assert_int_equal(fixture_certificate("other"), 0);
        fixture_path(path, sizeof(path), "other.pem");
        assert_int_equal(file_read(path, 1 << 20, &pem, NULL), 0);
        fixture_path(path, sizeof(path), "certs/default.pem");
        fixture_no_error(router_set_certificate(fixture_router, path, pem, &e), &e);
        snprintf(command, sizeof(command),
                 "openssl s_client -unix %s/https -servername blog.example.com </dev/null 2>/dev/null | "
                 "grep -q 'CN *= *other'",
                 fixture_directory);
        assert_int_equal(system(command), 0);

        assert_int_equal(router_set_certificate(fixture_router, path, "no certificate\n", &e), -EIO);
        assert_int_equal(router_set_certificate(fixture_router, "/nonexistent.pem", pem, &e), -EIO);
}

int main(void)
{
        if (system("command -v haproxy >/dev/null && command -v openssl >/dev/null") != 0)
                return 77; /* meson: skipped */
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_swap),        cmocka_unit_test(test_force),
                cmocka_unit_test(test_pages),       cmocka_unit_test(test_degraded),
                cmocka_unit_test(test_unix_server), cmocka_unit_test(test_share),
                cmocka_unit_test(test_certificate), cmocka_unit_test(test_reload),
                cmocka_unit_test(test_old_workers),
        };
        return cmocka_run_group_tests(tests, fixture_set_up, fixture_tear_down);
}
