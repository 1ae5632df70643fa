/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What a real HAProxy writes to the journal, whatever a client sends. Skipped as test-router-haproxy.c is.
 */

#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

#include <cmocka.h>

#include "basic/clock.h"
#include "basic/file.h"
#include "basic/text.h"
#include "router/haproxy-fixture.h"

static char *read_entry(void)
{
        char text[16384];
        ssize_t n = recv(fixture_journal, text, sizeof(text) - 1, 0);
        if (n <= 0)
                return NULL;
        text[n] = '\0';
        assert_int_equal(strlen(text), n);
        return strdup(text);
}

/* Exactly our fields, in our order, one a line. */
static void check_entry(const char *entry)
{
        static const char *const fields[] = {"PRIORITY=6\n",         "SYSLOG_IDENTIFIER=router\n",
                                             "PAAS_SOURCE=router\n", "PAAS_APP=",
                                             "PAAS_APP_ID=",         "MESSAGE=at="};
        const char *p = entry;
        for (size_t i = 0; i < ELEMENTSOF(fields); i++) {
                if (!text_after(p, fields[i]))
                        fail_msg("no %s in: %s", fields[i], entry);
                p = strchr(p, '\n');
                assert_non_null(p);
                p++;
        }
        if (*p != '\0')
                fail_msg("more than a message: %s", entry);
        for (const char *c = entry; *c != '\0'; c++)
                assert_true(*c == '\n' || (*c >= ' ' && *c <= '~'));
}

static void drop_entries(void)
{
        char byte;
        while (recv(fixture_journal, &byte, 1, MSG_DONTWAIT) >= 0)
                ;
}

static void test_log(void **state)
{
        (void) state;
        fixture_add("web.1-v1.1", &fixture_apps[0]);
        drop_entries();
        fixture_expect_status("/a/b?secret=1", "blog.example.com", 200);
        _cleanup_free_ char *entry = read_entry();
        assert_non_null(entry);
        check_entry(entry);
        fixture_expect_text(entry, "\nPAAS_APP=blog\n");
        fixture_expect_text(entry, "\nPAAS_APP_ID=01234567-89ab-4cde-8f01-23456789abcd\n");
        fixture_expect_text(entry,
                            "MESSAGE=at=info method=GET path=\"/a/b\" host=blog.example.com request_id=");
        fixture_expect_text(entry, " dyno=web.1 ");
        fixture_expect_text(entry, " status=200 ");
        fixture_expect_no_text(entry, "secret");
        fixture_take_out("web.1-v1.1");
}

static void expect_entry(const char *path, unsigned status, const char *at)
{
        char expected[200];
        drop_entries();
        fixture_expect_status(path, "blog.example.com", status);
        _cleanup_free_ char *entry = read_entry();
        assert_non_null(entry);
        check_entry(entry);
        fixture_expect_text(entry, "\nPAAS_APP=blog\n");
        snprintf(expected, sizeof(expected), "MESSAGE=at=%s method=GET ", at);
        fixture_expect_text(entry, expected);
}

/* Who is to blame: what the router answers with itself is an error, what the application says is not. */
static void test_log_error(void **state)
{
        (void) state;
        static char cookies[18000];
        fixture_add("web.1-v1.1", &fixture_apps[0]);
        expect_entry("/", 200, "info");
        expect_entry("/503", 503, "info");
        expect_entry("/close", 502, "error code=H13 desc=\"Connection closed without response\"");
        expect_entry("/garbage", 502, "error code=H13 desc=\"Connection closed without response\"");
        fixture_take_out("web.1-v1.1");
        expect_entry("/", 503, "error code=H21 desc=\"Backend connection refused\"");

        int n = snprintf(
                cookies, sizeof(cookies),
                "GET / HTTP/1.1\r\nHost: blog.example.com\r\nConnection: close\r\nCookie: %017000d\r\n\r\n",
                0);
        drop_entries();
        _cleanup_free_ char *answer = fixture_ask_raw(cookies, (size_t) n);
        assert_int_equal(fixture_status_of(answer), 431);
        fixture_expect_text(answer, "x-paas-error: headers-too-large\r\n");
        _cleanup_free_ char *entry = read_entry();
        assert_non_null(entry);
        fixture_expect_text(
                entry, "MESSAGE=at=error code=headers-too-large desc=\"Headers too large\" method=GET ");
}

/* What a client sends ends in no field of its own, and changes no field of ours. */
static void test_log_injection(void **state)
{
        (void) state;
#define HOST "Host: blog.example.com\r\n"
        static const char *const requests[] = {
                "GET /a%0aPAAS_APP=evil%0d%0aPAAS_X=1 HTTP/1.1\r\n" HOST "\r\n",
                "GET /a\nPAAS_APP=evil HTTP/1.1\r\n" HOST "\r\n",
                "GET /a\" status=200 \"b HTTP/1.1\r\n" HOST "\r\n",
                "GET /a\"x'=y HTTP/1.1\r\n" HOST "\r\n",
                "GET /\x80\xff\x0b\x1b[31m HTTP/1.1\r\n" HOST "\r\n",
                "GET /\xc3\xa9 HTTP/1.1\r\n" HOST "\r\n",
                "GET /b HTTP/1.1\r\n" HOST "User-Agent: x\nPAAS_APP=evil\r\n\r\n",
                "GET /c HTTP/1.1\r\n" HOST "User-Agent: x\r\n PAAS_APP=evil\r\n\r\n",
                "GET /d HTTP/1.1\r\nHost: blog.example.com\nPAAS_APP=evil\r\n\r\n",
                "GET /e HTTP/1.1\r\nHost: x\rPAAS_APP=evil\r\n\r\n",
                "GET /f HTTP/1.1\r\nHost: x\x1b[2J\" status=200\r\n\r\n",
                "GET /g HTTP/1.1\r\nHost: \xff\xfe\r\n\r\n",
                "GET /h HTTP/1.1\r\n\r\n",
                "G\nX / HTTP/1.1\r\n" HOST "\r\n",
                "G\x1bX / HTTP/1.1\r\n" HOST "\r\n",
                "GET http://x\" HTTP/1.1\r\n" HOST "\r\n",
                "POST /i HTTP/1.1\r\n" HOST
                "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "POST /j HTTP/1.1\r\n" HOST "Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
                "GARBAGE\r\n\r\n",
        };
#undef HOST
        drop_entries();
        for (size_t i = 0; i < ELEMENTSOF(requests); i++) {
                _cleanup_close_ int fd = fixture_connect();
                assert_int_equal(send(fd, requests[i], strlen(requests[i]), MSG_NOSIGNAL),
                                 strlen(requests[i]));
                assert_int_equal(shutdown(fd, SHUT_WR), 0);
                _cleanup_free_ char *answer = NULL, *entry = NULL;
                (void) fd_read_all(fd, 1 << 20, &answer, NULL);
                entry = read_entry();
                if (!entry)
                        fail_msg("no entry for: %s", requests[i]);
                check_entry(entry);
                fixture_expect_no_text(entry, "PAAS_APP=evil\n");
                /* What is no request at all is not called a success. */
                fixture_expect_no_text(entry, "Success");
                if (strcmp(requests[i], "GARBAGE\r\n\r\n") == 0)
                        fixture_expect_text(entry, "MESSAGE=at=error desc=\"Bad request\" ");
        }
        static char long_path[9100];
        memset(long_path, 'l', sizeof(long_path) - 1);
        memcpy(long_path, "GET /", 5);
        strcpy(long_path + 9000, " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        free(fixture_ask_raw(long_path, strlen(long_path)));
        _cleanup_free_ char *entry = read_entry();
        assert_non_null(entry);
        assert_non_null(
                text_after(entry, "PRIORITY=6\nSYSLOG_IDENTIFIER=router\nPAAS_SOURCE=router\nPAAS_APP=-\n"));
}

/* No TLS on the port for it: HAProxy's own words about a connection keep to the form too. */
static void test_log_no_request(void **state)
{
        (void) state;
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        snprintf(address.sun_path, sizeof(address.sun_path), "%s/https", fixture_directory);
        drop_entries();
        _cleanup_close_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        static const char text[] = "GET / HTTP/1.1\r\nHost: PAAS_APP=evil\r\n\r\n";
        assert_int_equal(connect(fd, (struct sockaddr *) &address, sizeof(address)), 0);
        assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
        _cleanup_free_ char *entry = read_entry();
        assert_non_null(entry);
        check_entry(entry);
        fixture_expect_text(entry, "MESSAGE=at=error desc=\"");
        fixture_expect_no_text(entry, "evil");
}

int main(void)
{
        if (system("command -v haproxy >/dev/null && command -v openssl >/dev/null") != 0)
                return 77; /* meson: skipped */
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_log),
                cmocka_unit_test(test_log_error),
                cmocka_unit_test(test_log_injection),
                cmocka_unit_test(test_log_no_request),
        };
        return cmocka_run_group_tests(tests, fixture_set_up, fixture_tear_down);
}
