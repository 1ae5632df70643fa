/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What becomes of a client's request in the rendered configuration, on a real HAProxy. Skipped where there
 * is no haproxy(1) or openssl(1). */

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "basic/file.h"
#include "basic/uuid.h"
#include "router/haproxy-fixture.h"

static void test_headers(void **state)
{
        (void) state;
        char port[64], request_id[37] = "";
        fixture_add("web.1-v1.1", &fixture_apps[0]);
        _cleanup_free_ char *answer = fixture_ask(
                "/x?y", "blog.example.com",
                "X-Forwarded-For: forged\r\nX-Forwarded-Proto: forged\r\nX-Forwarded-Host: forged\r\n"
                "X_Forwarded_For: forged\r\nX-Forwarded_Proto: forged\r\nForwarded: for=forged\r\n"
                "X-Request-Id: forged\r\nX-Request-Start: forged\r\nX-Real-Ip: forged\r\nVia: forged\r\n"
                "X-Mine: kept\r\n");
        fixture_expect_no_text(answer, "forged");
        fixture_expect_text(answer, "x-mine: kept\r\n");
        const char *asked = strstr(answer, "\r\n\r\n"); /* the answer is what the application was asked */
        assert_non_null(asked);
        fixture_expect_no_text(asked, "connection:");
        fixture_expect_text(answer, "host: blog.example.com\r\n");
        fixture_expect_text(answer, "x-forwarded-for: 127.0.0.1\r\n");
        fixture_expect_text(answer, "x-forwarded-proto: http\r\n");
        snprintf(port, sizeof(port), "x-forwarded-port: %u\r\n", fixture_port);
        fixture_expect_text(answer, port);
        fixture_expect_text(answer, "x-request-start: 1");
        const char *id = strcasestr(asked, "x-request-id: ");
        assert_non_null(id);
        assert_int_equal(sscanf(id, "%*s %36s", request_id), 1);
        assert_true(uuid_is_valid(request_id));
        fixture_expect_text(answer, "via: 1.1 paas\r\n");
        fixture_take_out("web.1-v1.1");
}

/* Each of them by itself, after one that stays: all names are looked at together first. */
static void test_forged_headers(void **state)
{
        (void) state;
        static const char *const names[] = {
                "X-Forwarded-For",
                "x-forwarded-host",
                "X-FORWARDED-ANYTHING",
                "Forwarded",
                "Via",
                "Proxy",
                "Proxy-Connection",
                "Keep-Alive",
                "X-Request-Id",
                "X-Request-Start",
                "X-Real-Ip",
                "X-Client-Ip",
                "True-Client-Ip",
                "X_Real_IP",
                "x.forwarded.for",
                "Mine_",
                "_mine",
                "mine+",
                "mine'",
        };
        fixture_add("web.1-v1.1", &fixture_apps[0]);
        for (size_t i = 0; i < ELEMENTSOF(names); i++) {
                char headers[128];
                snprintf(headers, sizeof(headers), "Accept: */*\r\n%s: forged\r\nDevia: kept\r\n", names[i]);
                _cleanup_free_ char *answer = fixture_ask("/", "blog.example.com", headers);
                assert_int_equal(fixture_status_of(answer), 200);
                fixture_expect_no_text(answer, "forged");
                fixture_expect_text(answer, "accept: */*\r\n");
                fixture_expect_text(answer, "devia: kept\r\n");
        }
        _cleanup_free_ char *two = fixture_ask("/", "blog.example.com", "X-Forwarded-For,X: forged\r\n");
        assert_int_equal(fixture_status_of(two), 400); /* no name: HAProxy refuses it */
        _cleanup_free_ char *none = fixture_ask("/", "blog.example.com", "");
        fixture_expect_text(none, "x-forwarded-for: 127.0.0.1\r\n");
        fixture_take_out("web.1-v1.1");
}

static void test_websocket(void **state)
{
        (void) state;
        static const char request[] =
                "GET /ws HTTP/1.1\r\nHost: blog.example.com\r\nConnection: keep-alive, Upgrade, Via\r\n"
                "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        char text[1024];
        fixture_add("web.1-v1.1", &fixture_apps[0]);
        _cleanup_close_ int fd = fixture_connect();
        assert_int_equal(send(fd, request, strlen(request), MSG_NOSIGNAL), strlen(request));
        assert_true(fixture_read_head(fd, text, sizeof(text)) > 0);
        assert_int_equal(fixture_status_of(text), 101);
        assert_int_equal(send(fd, "ping", 4, MSG_NOSIGNAL), 4);
        assert_int_equal(recv(fd, text, 4, MSG_WAITALL), 4);
        assert_memory_equal(text, "ping", 4);
        assert_int_equal(shutdown(fd, SHUT_RDWR), 0);
        fixture_take_out("web.1-v1.1");
}

/* What two servers in a row could read differently is refused or made unambiguous. */
static void test_smuggling(void **state)
{
        (void) state;
        fixture_add("web.1-v1.1", &fixture_apps[0]);
        static const char *const refused[] = {
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
                "POST / HTTP/1.1\r\nHost: blog.example.com\r\nContent-Length: +5\r\n\r\nabcde",
                "POST / HTTP/1.1\r\nHost: blog.example.com\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: blog.example.com\r\nHost: other.example.com\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: blog.example.com\r\nA\x01: b\r\n\r\n",
        };
        for (size_t i = 0; i < ELEMENTSOF(refused); i++) {
                _cleanup_free_ char *answer = fixture_ask_raw(refused[i], strlen(refused[i]));
                if (fixture_status_of(answer) != 400)
                        fail_msg("%s: %s", refused[i], answer);
        }
        static const char both[] = "POST / HTTP/1.1\r\nHost: blog.example.com\r\nConnection: close\r\n"
                                   "Content-Length: 30\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
        _cleanup_free_ char *answer = fixture_ask_raw(both, strlen(both));
        fixture_expect_no_text(answer, "content-length: 30");
        fixture_take_out("web.1-v1.1");
}

int main(void)
{
        if (system("command -v haproxy >/dev/null && command -v openssl >/dev/null") != 0)
                return 77; /* meson: skipped */
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_headers),
                cmocka_unit_test(test_forged_headers),
                cmocka_unit_test(test_websocket),
                cmocka_unit_test(test_smuggling),
        };
        return cmocka_run_group_tests(tests, fixture_set_up, fixture_tear_down);
}
