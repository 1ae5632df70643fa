/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "init/relay.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "basic/cleanup.h"

#define BURST 300 /* within 1024 descriptors */
#define LARGE ((size_t) 8 * 1024 * 1024)

/* The held socket, the port, and the process between them. */
typedef struct Fixture {
        int held, port;
        struct sockaddr_un address;
        struct sockaddr_in to;
        pid_t relay;
} Fixture;

static void start_relay(Fixture *f)
{
        pid_t parent = getpid();
        f->relay = fork();
        assert_true(f->relay >= 0);
        if (f->relay > 0)
                return;
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
                _exit(1);
        if (f->port >= 0)
                close(f->port);
        _exit(relay_run(f->held, ntohs(f->to.sin_port)) < 0 ? 2 : 3);
}

static void end_relay(Fixture *f)
{
        int status = 0;
        if (f->relay <= 0)
                return;
        assert_int_equal(kill(f->relay, SIGKILL), 0);
        assert_int_equal(waitpid(f->relay, &status, 0), f->relay);
        assert_true(WIFSIGNALED(status)); /* it had not ended by itself */
        f->relay = 0;
}

static void patient(int fd)
{
        const struct timeval limit = {.tv_sec = 20};
        assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)), 0);
        assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)), 0);
}

/* On the same port again, the second time. */
static void listen_on_port(Fixture *f)
{
        int one = 1;
        socklen_t length = sizeof(f->to);
        f->port = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        assert_true(f->port >= 0);
        assert_int_equal(setsockopt(f->port, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)), 0);
        assert_int_equal(bind(f->port, (const struct sockaddr *) &f->to, sizeof(f->to)), 0);
        assert_int_equal(listen(f->port, BURST), 0);
        assert_int_equal(getsockname(f->port, (struct sockaddr *) &f->to, &length), 0);
        patient(f->port);
}

static void stop_listening(Fixture *f)
{
        close(f->port);
        f->port = -1;
}

static int setup(void **state)
{
        static Fixture f;
        f = (Fixture){.to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)}};
        f.held = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (f.held < 0)
                return -1;
        f.address.sun_family = AF_UNIX;
        snprintf(f.address.sun_path + 1, sizeof(f.address.sun_path) - 1, "test-relay-%d", (int) getpid());
        if (bind(f.held, (const struct sockaddr *) &f.address, sizeof(f.address)) < 0 ||
            listen(f.held, BURST) < 0)
                return -1;
        listen_on_port(&f);
        *state = &f;
        return 0;
}

static int teardown(void **state)
{
        Fixture *f = *state;
        end_relay(f);
        close(f->held);
        if (f->port >= 0)
                close(f->port);
        return 0;
}

static int come(const Fixture *f)
{
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        assert_true(fd >= 0);
        patient(fd);
        assert_int_equal(connect(fd, (const struct sockaddr *) &f->address, sizeof(f->address)), 0);
        return fd;
}

static int answer(const Fixture *f)
{
        int fd = accept4(f->port, NULL, NULL, SOCK_CLOEXEC);
        assert_true(fd >= 0);
        patient(fd);
        return fd;
}

static void say(int fd, const char *text)
{
        assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t) strlen(text));
}

static void hear(int fd, const char *text)
{
        char got[64] = "";
        assert_true(strlen(text) < sizeof(got));
        assert_int_equal(recv(fd, got, strlen(text), MSG_WAITALL), (ssize_t) strlen(text));
        assert_string_equal(got, text);
}

static void hear_end(int fd)
{
        char c;
        ssize_t n = recv(fd, &c, 1, 0);
        if (n < 0)
                fail_msg("%s", strerror(errno));
        assert_int_equal(n, 0);
}

static void test_both_ways(void **state)
{
        Fixture *f = *state;
        start_relay(f);
        for (int i = 0; i < 3; i++) {
                _cleanup_close_ int client = come(f), app = answer(f);
                say(client, "a question");
                hear(app, "a question");
                say(app, "the answer");
                hear(client, "the answer");
                say(client, "another one");
                hear(app, "another one");
        }
}

static void test_what_is_closed(void **state)
{
        Fixture *f = *state;
        start_relay(f);

        _cleanup_close_ int half = come(f), one = answer(f);
        say(half, "all I have to say");
        assert_int_equal(shutdown(half, SHUT_WR), 0);
        hear(one, "all I have to say");
        hear_end(one);
        say(one, "an answer to that");
        hear(half, "an answer to that");
        close(TAKE_FD(one));
        hear_end(half);

        _cleanup_close_ int closes = come(f), two = answer(f);
        say(closes, "never mind");
        close(TAKE_FD(closes));
        hear(two, "never mind");
        hear_end(two);

        _cleanup_close_ int resets = come(f), three = answer(f);
        const struct linger now = {.l_onoff = 1};
        say(resets, "hello");
        hear(three, "hello"); /* before that, it would be tried again */
        assert_int_equal(setsockopt(three, SOL_SOCKET, SO_LINGER, &now, sizeof(now)), 0);
        close(TAKE_FD(three));
        hear_end(resets);
}

static size_t fill(int fd)
{
        static char much[65536];
        size_t sent = 0;
        for (int still = 0; still < 5;) {
                ssize_t n = send(fd, much, sizeof(much), MSG_NOSIGNAL | MSG_DONTWAIT);
                sent += n > 0 ? (size_t) n : 0;
                still = n > 0 ? 0 : still + 1;
                if (n < 0)
                        (void) poll(NULL, 0, 20); /* what was taken meanwhile has no event here */
        }
        return sent;
}

/* It is not read to its end, and the answer comes all the same. */
static void test_refused_upload(void **state)
{
        Fixture *f = *state;
        start_relay(f);
        _cleanup_close_ int client = come(f), app = answer(f);
        say(client, "POST");
        hear(app, "POST");
        assert_true(fill(client) > 0);
        say(app, "413");
        close(TAKE_FD(app));
        hear(client, "413");
}

/* The port does not read it, and answers more than is read: it must learn that nobody is there any more. */
static void test_client_gone_while_full(void **state)
{
        Fixture *f = *state;
        static char much[65536];
        for (int both = 0; both < 2; both++) {
                start_relay(f);
                _cleanup_close_ int client = come(f), app = answer(f);
                assert_true(fill(client) > 0);
                if (both)
                        assert_true(fill(app) > 0);
                close(TAKE_FD(client));
                ssize_t n;
                while ((n = send(app, much, sizeof(much), MSG_NOSIGNAL)) > 0)
                        ;
                assert_true(errno == ECONNRESET || errno == EPIPE);
                end_relay(f);
        }
}

static char letter(size_t at, char first)
{
        return (char) (first + (char) (at % 23));
}

static void send_large(int fd, char first)
{
        char text[4096];
        for (size_t at = 0; at < LARGE; at += sizeof(text)) {
                for (size_t i = 0; i < sizeof(text); i++)
                        text[i] = letter(at + i, first);
                assert_int_equal(send(fd, text, sizeof(text), MSG_NOSIGNAL), sizeof(text));
        }
        assert_int_equal(shutdown(fd, SHUT_WR), 0);
}

static void hear_large(int fd, char first)
{
        static char text[65536];
        size_t at = 0;
        for (ssize_t n; (n = recv(fd, text, sizeof(text), 0)) != 0;) {
                if (n < 0 && errno == EINTR)
                        continue;
                assert_true(n > 0);
                for (ssize_t i = 0; i < n; i++, at++)
                        if (text[i] != letter(at, first))
                                fail_msg("byte %zu is not what was sent", at);
        }
        assert_int_equal(at, LARGE);
}

static void in_a_process(int fd, int not_his, char first)
{
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid > 0)
                return;
        close(not_his);
        send_large(fd, first);
        _exit(0);
}

/* Both sides send at the same time, and nobody reads at first: more than all buffers hold. */
static void test_much(void **state)
{
        Fixture *f = *state;
        int status;
        start_relay(f);
        _cleanup_close_ int client = come(f), app = answer(f);
        in_a_process(client, app, 'a');
        in_a_process(app, client, 'A');

        _cleanup_close_ int meanwhile = come(f), other = answer(f);
        say(meanwhile, "is somebody there?");
        hear(other, "is somebody there?");

        hear_large(client, 'A');
        hear_large(app, 'a');
        for (int i = 0; i < 2; i++) {
                assert_true(wait(&status) > 0);
                assert_int_equal(status, 0);
        }
}

/* Who came while nobody listened waits in the queue, where no end of the relay reaches him. */
static void test_nobody_listens(void **state)
{
        Fixture *f = *state;
        stop_listening(f);
        start_relay(f);
        _cleanup_close_ int client = come(f);
        say(client, "patience");
        char c;
        const struct timeval moment = {.tv_usec = 100000};
        assert_int_equal(setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &moment, sizeof(moment)), 0);
        assert_int_equal(recv(client, &c, 1, 0), -1);
        assert_int_equal(errno, EAGAIN);
        patient(client);
        end_relay(f);
        start_relay(f);
        listen_on_port(f);
        _cleanup_close_ int app = answer(f);
        hear(app, "patience");
        say(app, "here I am");
        hear(client, "here I am");
}

/* systemd-socket-proxyd, which did this before, looked 127.0.0.1 up for each of them and lost who came when
 * 256 of these were under way. */
static void test_burst(void **state)
{
        Fixture *f = *state;
        static int clients[BURST];
        char number[16];
        for (int i = 0; i < BURST; i++) {
                clients[i] = come(f);
                snprintf(number, sizeof(number), "%06d", i);
                say(clients[i], number);
        }
        start_relay(f);
        for (int i = 0; i < BURST; i++) {
                _cleanup_close_ int app = answer(f);
                assert_int_equal(recv(app, number, 6, MSG_WAITALL), 6);
                say(app, number);
        }
        for (int i = 0; i < BURST; i++) {
                snprintf(number, sizeof(number), "%06d", i);
                hear(clients[i], number);
                hear_end(clients[i]);
                close(clients[i]);
        }
}

/* It takes them one by one, and the kernel drops who comes meanwhile. */
static void test_short_backlog(void **state)
{
        Fixture *f = *state;
        int clients[20];
        assert_int_equal(listen(f->port, 1), 0);
        start_relay(f);
        for (size_t i = 0; i < ELEMENTSOF(clients); i++)
                clients[i] = come(f);
        for (size_t i = 0; i < ELEMENTSOF(clients); i++)
                say(clients[i], "x");
        for (size_t n = 0; n < ELEMENTSOF(clients);) {
                char c = 0;
                _cleanup_close_ int app = answer(f);
                if (recv(app, &c, 1, 0) <= 0) /* given up: it had to wait */
                        continue;
                say(app, "y");
                n++;
        }
        for (size_t i = 0; i < ELEMENTSOF(clients); i++) {
                hear(clients[i], "y");
                close(clients[i]);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(test_both_ways, setup, teardown),
                cmocka_unit_test_setup_teardown(test_what_is_closed, setup, teardown),
                cmocka_unit_test_setup_teardown(test_refused_upload, setup, teardown),
                cmocka_unit_test_setup_teardown(test_client_gone_while_full, setup, teardown),
                cmocka_unit_test_setup_teardown(test_much, setup, teardown),
                cmocka_unit_test_setup_teardown(test_nobody_listens, setup, teardown),
                cmocka_unit_test_setup_teardown(test_burst, setup, teardown),
                cmocka_unit_test_setup_teardown(test_short_backlog, setup, teardown),
        };
        return cmocka_run_group_tests_name("relay", tests, NULL, NULL);
}
