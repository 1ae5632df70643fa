/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Asking one instance for as long as it may be started. */

#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "basic/cleanup.h"
#include "probe/asking.h"

/* An address on which nobody listens: the port is bound, so that nobody else takes it. */
static int unused_port(struct sockaddr_in *ret)
{
        socklen_t n = sizeof(*ret);
        *ret = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        assert_int_equal(bind(fd, (struct sockaddr *) ret, sizeof(*ret)), 0);
        assert_int_equal(getsockname(fd, (struct sockaddr *) ret, &n), 0);
        return fd;
}

/* An attempt that begins when the time is over has enough of its own to be refused. */
static void test_last_attempt(void **state)
{
        (void) state;
        struct sockaddr_in address;
        _cleanup_close_ int fd = unused_port(&address);
        assert_true(fd >= 0);
        Asked asked = {.app = "blog",
                       .name = "web.1",
                       .target = {.address_length = sizeof(address), .host = "blog.example.com"},
                       .listen = LISTEN_PORT,
                       .port = ntohs(address.sin_port),
                       .uid = getuid(),
                       .timeout = 0};
        memcpy(&asked.target.address, &address, sizeof(address));
        _cleanup_buffer_ Buffer why = BUFFER_NULL;
        _cleanup_free_ char *text = NULL;
        assert_false(ask(&asked, NULL, &why));
        assert_int_equal(buffer_finish(&why, &text, NULL), 0);
        assert_non_null(strstr(text, "web.1 accepted no connection on "));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_last_attempt),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
