/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "basic/cleanup.h"
#include "basic/clock.h"
#include "probe/attempt.h"
#include "probe/body.h"
#include "probe/checklist.h"
#include "probe/head.h"
#include "probe/listeners.h"
#include "probe/report.h"
#include "probe/runcheck.h"
#include "probe/socketdiag.h"

static int parse(const char *text, HttpHead *ret)
{
        return http_head_parse(text, strlen(text), ret);
}

static void test_head(void **state)
{
        (void) state;
        HttpHead head;

        assert_int_equal(parse("HTTP/1.1 200 OK\r\nServer: x\r\n\r\nbody", &head), 1);
        assert_int_equal(head.status, 200);
        assert_int_equal(head.length, strlen("HTTP/1.1 200 OK\r\nServer: x\r\n\r\n"));
        assert_int_equal(head.status_line, strlen("HTTP/1.1 200 OK"));
        assert_int_equal(parse("HTTP/1.0 301\n\n", &head), 1);
        assert_int_equal(head.status, 301);

        static const char *const partial[] = {
                "", "H", "HTTP/1.", "HTTP/1.1 200 OK", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nA: b\r\n"};
        for (size_t i = 0; i < ELEMENTSOF(partial); i++)
                assert_int_equal(parse(partial[i], &head), 0);

        static const char *const bad[] = {"\x15\x03",
                                          "SSH-2.0",
                                          "HTTP/2 200\r\n\r\n",
                                          "HTTP/1.1 99 x\r\n\r\n",
                                          "HTTP/1.1 2000\r\n\r\n",
                                          "HTTP/1.1 600 x\r\n\r\n",
                                          "HTTP/1.1  200\r\n\r\n",
                                          "HTTP/1.1\r\n\r\n"};
        for (size_t i = 0; i < ELEMENTSOF(bad); i++)
                assert_int_equal(parse(bad[i], &head), -EBADMSG);

        static char endless[HTTP_HEAD_MAX + 10];
        memset(endless, 'x', sizeof(endless));
        memcpy(endless, "HTTP/1.1 200 OK\r\n", 17);
        assert_int_equal(http_head_parse(endless, HTTP_HEAD_MAX - 1, &head), 0);
        assert_int_equal(http_head_parse(endless, sizeof(endless), &head), -EBADMSG);
}

static void test_line(void **state)
{
        (void) state;
        char text[12];
        static const char data[] = "a\x1b[31m\xff b\r\nlonger than that\nend";

        assert_int_equal(http_head_line(data, sizeof(data) - 1, text, sizeof(text)), 11);
        assert_string_equal(text, "a?[31m? b");
        assert_int_equal(http_head_line(data + 11, sizeof(data) - 12, text, sizeof(text)), 17);
        assert_string_equal(text, "longer t...");
        assert_int_equal(http_head_line(data + 28, 3, text, sizeof(text)), 3);
        assert_string_equal(text, "end");
}

static const char tcp_table[] =
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
        "   0: 0100007F:0BB8 00000000:0000 0A 00000000:00000000 00:00000000 00000000 61184        0 1 1 0\n"
        "   1: 00000000:4E23 00000000:0000 0A 00000000:00000000 00:00000000 00000000 61186        0 2 1 0\n"
        "   2: 0100007F:4E23 0100007F:D431 01 00000000:00000000 00:00000000 00000000 61186        0 3 1 0\n"
        "   3: 0100007F:4E24 00000000:0000 0A 00000000:00000000 00:00000000 00000000 61184        0 4 1 0\n"
        "   4: garbage\n"
        "   5: 01007F:0BB8 00000000:0000 0A 00000000:00000000 00:00000000 00000000 61184        0 1 1 0\n";
static const char tcp6_table[] =
        "  sl  local_address                         remote_address                        st …\n"
        "   0: 00000000000000000000000001000000:0BB9 00000000000000000000000000000000:0000 0A "
        "00000000:00000000 00:00000000 00000000 61184        0 5 1 0\n"
        "   1: 00000000000000000000000000000000:4E25 00000000000000000000000000000000:0000 0A "
        "00000000:00000000 00:00000000 00000000 61188        0 6 1 0\n";

static void test_listeners(void **state)
{
        (void) state;
        _cleanup_listeners_ Listeners list = LISTENERS_NULL;
        char text[LISTENER_TEXT_SIZE];
        static const struct {
                const char *text;
                unsigned uid;
                bool loopback;
        } expected[] = {
                {"127.0.0.1:3000", 61184, true},  {"0.0.0.0:20003", 61186, true},
                {"127.0.0.1:20004", 61184, true}, {"[::1]:3001", 61184, false},
                {"[::]:20005", 61188, true},
        };

        assert_int_equal(listeners_parse(tcp_table, true, &list), 0);
        assert_int_equal(listeners_parse(tcp6_table, false, &list), 0);
        assert_int_equal(list.n, ELEMENTSOF(expected));
        for (size_t i = 0; i < list.n; i++) {
                listener_format(&list.list[i], text);
                assert_string_equal(text, expected[i].text);
                assert_int_equal(list.list[i].uid, expected[i].uid);
                assert_int_equal(listener_takes_loopback(&list.list[i]), expected[i].loopback);
        }
        assert_non_null(report_stranger(&list, 20003, 61184));
        assert_null(report_stranger(&list, 20003, 61186));
        assert_null(report_stranger(&list, 20009, 61186));
}

static char *report(const Attempt *told, AttemptOutcome last, uid_t uid)
{
        _cleanup_listeners_ Listeners list = LISTENERS_NULL;
        assert_int_equal(listeners_parse(tcp_table, true, &list), 0);
        assert_int_equal(listeners_parse(tcp6_table, false, &list), 0);
        Buffer out = BUFFER_NULL;
        report_failure(&(Report){.app = "blog",
                                 .name = "web.1",
                                 .host = "blog.example.com",
                                 .port = 20009,
                                 .range_first = 20000,
                                 .range_last = 29999,
                                 .uid = uid,
                                 .timeout = 60,
                                 .told = told,
                                 .last = last,
                                 .listeners = &list},
                       &out);
        char *text;
        assert_int_equal(buffer_finish(&out, &text, NULL), 0);
        return text;
}

static void set_data(Attempt *a, const char *data)
{
        a->length = strlen(data);
        memcpy(a->data, data, a->length);
        (void) http_head_parse(a->data, a->length, &a->head);
}

static void test_report(void **state)
{
        (void) state;
        static Attempt a;

        a.outcome = ATTEMPT_REFUSED;
        _cleanup_free_ char *elsewhere = report(&a, ATTEMPT_REFUSED, 61184);
        assert_string_equal(elsewhere, "web.1 accepted no connection on port 20009 in 60 s\n"
                                       "it listens on 127.0.0.1:3000, [::1]:3001, not on $PORT 20009: "
                                       "bind 0.0.0.0:$PORT\n");
        _cleanup_free_ char *nowhere = report(&a, ATTEMPT_REFUSED, 61190);
        assert_non_null(strstr(nowhere, "nothing of it listens on any port"));

        a.outcome = ATTEMPT_ANSWERED;
        set_data(&a,
                 "HTTP/1.1 500 Oh\x1b[0m\r\nServer: x\r\n1: 1\r\n2: 1\r\n3: 1\r\n4: 1\r\n5: 1\r\n6: 1\r\n"
                 "7: 1\r\n8: 1\r\n9: 1\r\n10: too many\r\n\r\nbody");
        _cleanup_free_ char *answered = report(&a, ATTEMPT_REFUSED, 61184);
        assert_non_null(strstr(answered, "status 500"));
        assert_non_null(strstr(answered, "    HTTP/1.1 500 Oh?[0m\n    Server: x\n"));
        assert_non_null(strstr(answered, "    9: 1\n"));
        assert_null(strstr(answered, "too many"));
        assert_null(strstr(answered, "body"));
        assert_non_null(strstr(answered, "at the end it accepted no connection any more"));

        a.outcome = ATTEMPT_NOT_HTTP;
        set_data(&a, "\x15\x03\x03");
        _cleanup_free_ char *tls = report(&a, ATTEMPT_NOT_HTTP, 61184);
        assert_non_null(strstr(tls, "speaks TLS"));
        set_data(&a, "SSH-2.0-x\r\n");
        _cleanup_free_ char *ssh = report(&a, ATTEMPT_NOT_HTTP, 61184);
        assert_non_null(strstr(ssh, "\"SSH-2.0-x\""));
}

/* A server that accepts one connection, reads the question, sends `answer` and closes, or waits. */
typedef struct Server {
        int fd;
        const char *answer;
        bool waits;
        char question[1024];
        pthread_t thread;
        Target target;
} Server;

static void *serve(void *userdata)
{
        Server *s = userdata;
        _cleanup_close_ int fd = accept(s->fd, NULL, NULL);
        ssize_t n = recv(fd, s->question, sizeof(s->question) - 1, 0);
        s->question[n > 0 ? n : 0] = '\0';
        for (const char *p = s->answer; *p != '\0'; p++) /* byte by byte, as a slow network would */
                if (send(fd, p, 1, MSG_NOSIGNAL) != 1)
                        break;
        char byte;
        if (s->waits)
                (void) !recv(fd, &byte, 1, 0);
        return NULL;
}

static void start(Server *s)
{
        struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        socklen_t n = sizeof(address);
        s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        assert_int_equal(bind(s->fd, (struct sockaddr *) &address, n), 0);
        assert_int_equal(listen(s->fd, 4), 0);
        assert_int_equal(getsockname(s->fd, (struct sockaddr *) &address, &n), 0);
        memcpy(&s->target.address, &address, n);
        s->target.address_length = n;
        s->target.host = "blog.example.com";
        assert_int_equal(pthread_create(&s->thread, NULL, serve, s), 0);
}

static void expect(const char *answer, bool waits, AttemptOutcome outcome, unsigned status)
{
        static Attempt a;
        Server s = {.answer = answer, .waits = waits};
        start(&s);
        attempt_make(&s.target, clock_monotonic() + (waits ? 200 * USEC_PER_MSEC : 5 * USEC_PER_SEC), &a);
        pthread_join(s.thread, NULL);
        close(s.fd);
        assert_int_equal(a.outcome, outcome);
        if (outcome == ATTEMPT_ANSWERED)
                assert_int_equal(a.head.status, status);
        assert_non_null(strstr(s.question, "GET / HTTP/1.1\r\nHost: blog.example.com\r\n"));
        assert_non_null(strstr(s.question, "\r\nX-Forwarded-Proto: https\r\n"));
        assert_non_null(strstr(s.question, "\r\nConnection: close\r\n\r\n"));
}

static void test_attempt(void **state)
{
        (void) state;
        expect("HTTP/1.1 200 OK\r\n\r\n", false, ATTEMPT_ANSWERED, 200);
        expect("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\nHTTP/1.1 503 No\r\n\r\n",
               false, ATTEMPT_ANSWERED, 503);
        expect("HTTP/1.1 101 Switching\r\n\r\n", false, ATTEMPT_ANSWERED, 101);
        expect("HTTP/1.1 200 OK\r\nHalf", false, ATTEMPT_CLOSED, 0);
        expect("", false, ATTEMPT_CLOSED, 0);
        expect("SSH-2.0\r\n", false, ATTEMPT_NOT_HTTP, 0);
        expect("HTTP/1.1 2", true, ATTEMPT_SILENT, 0);

        static Attempt a;
        Server s = {.answer = ""};
        start(&s);
        attempt_make(&s.target, clock_monotonic() + USEC_PER_SEC, &a);
        pthread_join(s.thread, NULL);
        close(s.fd);
        attempt_make(&s.target, clock_monotonic() + USEC_PER_SEC, &a);
        assert_int_equal(a.outcome, ATTEMPT_REFUSED);
}

static Check read_check(const char *text)
{
        Check c;
        assert_int_equal(check_parse(text, strlen(text), &c), 0);
        return c;
}

static void expect_passing(const char *check, const char *answer, bool passes, const char *question)
{
        static Attempt a;
        _cleanup_check_ Check c = read_check(check);
        Server s = {.answer = answer};
        start(&s);
        s.target.check = &c;
        attempt_make(&s.target, clock_monotonic() + 5 * USEC_PER_SEC, &a);
        pthread_join(s.thread, NULL);
        close(s.fd);
        assert_int_equal(attempt_passed(&s.target, &a), passes);
        if (question)
                assert_non_null(strstr(s.question, question));
}

static void test_check(void **state)
{
        static const char ok[] = "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nall is fine",
                          chunks[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                                     "4\r\nall \r\n3;x=y\r\nis \r\n4\r\nfine\r\n0\r\n\r\n";
        expect_passing("{\"path\": \"/up\"}", ok, true, "GET /up HTTP/1.1\r\n");
        expect_passing("{\"path\": \"/up\", \"content\": \"is fine\"}", ok, true, NULL);
        expect_passing("{\"path\": \"/up\", \"content\": \"is fine\"}", chunks, true, NULL);
        expect_passing("{\"path\": \"/up\", \"content\": \"is bad\"}", chunks, false, NULL);
        expect_passing("{\"path\": \"/up\"}", "HTTP/1.1 302 Found\r\n\r\n", false, NULL);
        expect_passing("{\"path\": \"/up\", \"status\": \"200-399\"}", "HTTP/1.1 302 Found\r\n\r\n", true,
                       NULL);
        expect_passing("{\"path\": \"/up\", \"httpHeaders\": [{\"name\": \"host\", \"value\": \"a.b\"}]}",
                       ok, true, "\r\nhost: a.b\r\n");
        expect_passing("{\"listening\": true}", "", true, NULL);
}

static void test_body(void **state)
{
        static const struct {
                const char *text, *body;
                int r;
        } rows[] = {
                {"HTTP/1.1 200 OK\r\n\r\nabc", "abc", 0},
                {"HTTP/1.1 200 OK\r\ncontent-length:3\r\n\r\nabcd", "abc", 1},
                {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", "abc", 0},
                {"HTTP/1.1 200 OK\r\n\r\nabcdefghijk", "abcdefgh", 1},
                {"HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n", "ab", 1},
                {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n", "ab", 0},
                {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nab", "ab", 0},
                {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", "", -EBADMSG},
                {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n", "a", -EBADMSG},
                {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffffff\r\nabc", "",
                 -EBADMSG},
        };
        for (size_t i = 0; i < ELEMENTSOF(rows); i++) {
                HttpHead head;
                char body[9];
                size_t n;
                assert_int_equal(parse(rows[i].text, &head), 1);
                assert_int_equal(http_body(rows[i].text, strlen(rows[i].text), &head, body, 8, &n),
                                 rows[i].r);
                body[n] = '\0';
                assert_string_equal(body, rows[i].body);
        }
}

/* In a check's report: what was asked, what came, what would pass. */
static void test_report_check(void **state)
{
        static Attempt a = {.outcome = ATTEMPT_ANSWERED};
        _cleanup_check_ Check c = read_check("{\"path\": \"/up\", \"content\": \"fine\"}");
        _cleanup_buffer_ Buffer out = BUFFER_NULL;
        set_data(&a, "HTTP/1.1 503 No\r\nX-Why: w\r\n\r\ndatabase\naway");
        assert_int_equal(http_body(a.data, a.length, &a.head, a.body, sizeof(a.body), &a.body_length), 0);
        report_failure(&(Report){.app = "blog",
                                 .name = "web.1",
                                 .host = "blog.example.com",
                                 .check = &c,
                                 .answers = 3,
                                 .told = &a,
                                 .last = a.outcome},
                       &out);
        assert_string_equal(
                out.data,
                "web.1 answered GET /up 3 times, the last one with status 503; it passes with a status "
                "from 200 to 299 and \"fine\" in the first 8192 bytes of the body. It answered:\n"
                "    HTTP/1.1 503 No\n    X-Why: w\n    database\n    away\n"
                "What it said itself: paas logs -a blog --ps web.1\n");
}

static void expect_command(const char *command, unsigned seconds, const char *says)
{
        _cleanup_check_ Check c = read_check(command);
        _cleanup_buffer_ Buffer out = BUFFER_NULL;
        static CommandEnd end;
        command_run(c.command, clock_monotonic() + seconds * USEC_PER_SEC, &end);
        assert_int_equal(command_passed(&end), says == NULL);
        command_explain("web.1", &c, 1, &end, &out);
        if (says)
                assert_non_null(strstr(out.data, says));
}

static void test_command(void **state)
{
        assert_int_equal(setenv("PAAS_CHECK_INIT", "/usr/bin/env", 1), 0);
        expect_command("{\"command\": [\"true\"]}", 10, NULL);
        expect_command("{\"command\": [\"sh\", \"-c\", \"echo $0 told; exit 4\", \"a b\"]}", 10,
                       "ended with status 4 (attempt 1 of 3). It said:\n    a b told\n");
        expect_command("{\"command\": [\"sh\", \"-c\", \"kill -9 $$\"]}", 10, "was killed by signal 9");
        expect_command("{\"command\": [\"sleep\", \"1000\"]}", 0, "did not end within 5 s");
        expect_command("{\"command\": [\"sh\", \"-c\", \"yes | head -c 100000; exit 1\"]}", 10, "    y\n");
}

static void test_checklist(void **state)
{
        static Checklist l;
        setenv("PAAS_CHECK_1", "{\"path\": \"/a\"}", 1);
        setenv("PAAS_CHECK_2", "{\"command\": [\"a\"]}", 1);
        setenv("PAAS_CHECK_3", "{\"type\": \"liveness\", \"path\": \"/c\"}", 1);
        setenv("PAAS_CHECK_4", "{\"listening\": true}", 1);
        setenv("PAAS_CHECK_5", "{\"uptime\": 3}", 1);
        assert_int_equal(checklist_read(CHECK_STARTUP, false, &l), 0);
        assert_int_equal(l.n, 2);
        assert_string_equal(l.list[0].path, "/a");
        checklist_clear(&l);
        assert_null(getenv("PAAS_CHECK_1"));
        setenv("PAAS_CHECK_1", "{\"command\": [\"a\"]}", 1);
        assert_int_equal(checklist_read(CHECK_STARTUP, true, &l), 0);
        assert_int_equal(l.n, 1);
        checklist_clear(&l);
        setenv("PAAS_CHECK_1", "{\"path\": 7}", 1);
        assert_int_equal(checklist_read(CHECK_STARTUP, false, &l), -EINVAL);
        unsetenv("PAAS_CHECK_1");
}

/* The kernel's own table: our listener is in it, as ours. */
static void test_own_listener(void **state)
{
        (void) state;
        Server s = {.answer = "HTTP/1.1 200 OK\r\n\r\n"};
        static Attempt a;
        _cleanup_listeners_ Listeners list = LISTENERS_NULL;
        start(&s);
        uint16_t port = ntohs(((struct sockaddr_in *) &s.target.address)->sin_port);

        assert_int_equal(listeners_read("/proc/self/net", &list), 0);
        assert_null(report_stranger(&list, port, getuid()));
        assert_non_null(report_stranger(&list, port, getuid() + 1));
        listeners_clear(&list);
        int r = socketdiag_read(&list);
        if (r != -ENOENT && r != -EPROTONOSUPPORT) {
                assert_int_equal(r, 0);
                assert_null(report_stranger(&list, port, getuid()));
                assert_non_null(report_stranger(&list, port, getuid() + 1));
        }
        attempt_make(&s.target, clock_monotonic() + USEC_PER_SEC, &a);
        pthread_join(s.thread, NULL);
        close(s.fd);
        assert_int_equal(listeners_read("/nonexistent", &list), -ENOENT);
}

static void test_socketdiag(void **state)
{
        struct {
                struct nlmsghdr header;
                struct inet_diag_msg socket;
        } m[2] = {{.header = {.nlmsg_len = sizeof(m[0]), .nlmsg_type = SOCK_DIAG_BY_FAMILY},
                   .socket = {.idiag_family = AF_INET,
                              .idiag_state = TCP_LISTEN,
                              .idiag_uid = 61185,
                              .id = {.idiag_sport = htons(3000), .idiag_src = {htonl(INADDR_LOOPBACK)}}}},
                  {.header = {.nlmsg_len = sizeof(m[0]), .nlmsg_type = SOCK_DIAG_BY_FAMILY},
                   .socket = {.idiag_family = AF_INET6,
                              .idiag_state = TCP_LISTEN,
                              .id = {.idiag_sport = htons(3001), .idiag_src = {0, 0, 0, htonl(1)}}}}};
        _cleanup_listeners_ Listeners list = LISTENERS_NULL;
        char text[LISTENER_TEXT_SIZE];

        assert_int_equal(socketdiag_take(m, sizeof(m), &list), 1);
        assert_int_equal(list.n, 2);
        listener_format(&list.list[0], text);
        assert_string_equal(text, "127.0.0.1:3000");
        assert_int_equal(list.list[0].uid, 61185);
        assert_true(listener_takes_loopback(&list.list[0]));
        listener_format(&list.list[1], text);
        assert_string_equal(text, "[::1]:3001");

        assert_int_equal(socketdiag_take(m, sizeof(m) - 1, &list), -EBADMSG);
        m[0].header.nlmsg_len = sizeof(struct nlmsghdr);
        assert_int_equal(socketdiag_take(m, sizeof(m), &list), -EBADMSG);
        m[0].header.nlmsg_type = NLMSG_DONE;
        assert_int_equal(socketdiag_take(m, sizeof(struct nlmsghdr), &list), 0);
        const struct {
                struct nlmsghdr header;
                int error;
        } refused = {{.nlmsg_len = sizeof(refused), .nlmsg_type = NLMSG_ERROR}, -ENOENT};
        assert_int_equal(socketdiag_take(&refused, sizeof(refused), &list), -ENOENT);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_head),         cmocka_unit_test(test_line),
                cmocka_unit_test(test_listeners),    cmocka_unit_test(test_socketdiag),
                cmocka_unit_test(test_report),       cmocka_unit_test(test_attempt),
                cmocka_unit_test(test_own_listener), cmocka_unit_test(test_check),
                cmocka_unit_test(test_body),         cmocka_unit_test(test_report_check),
                cmocka_unit_test(test_command),      cmocka_unit_test(test_checklist),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
