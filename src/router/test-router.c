/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* The driver against a scripted HAProxy: each connection is one line of the script. */

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cmocka.h>

#include "basic/clock.h"
#include "basic/file.h"
#include "render/haproxy.h"
#include "router/reload-fixture.h"
#include "router/worker.h"

#define STATE                                                                                               \
  "1\n# be_name srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_port\n"                      \
  "pool_1 web.1-v1.1 127.0.0.1 2 0 100 20001\npool_1 web.2-v1.1 127.0.0.1 2 8 100 20002\n\n"
#define CONN "# bkname/svname used_cur\npool_1/web.1-v1.1 4\npool_1/web.2-v1.1 0\n\n"

typedef struct Exchange {
        const char *command; /* what must be asked */
        const char *reply;   /* NULL: none, and the connection stays open */
} Exchange;

typedef struct Fake {
        char directory[32];
        char path[64];
        int fd;
        const Exchange *script;
        size_t n, done;
        char wrong[512]; /* the first command that was another one */
        pthread_t thread;
        Router *router;
} Fake;

static void answer(Fake *f, int fd)
{
        char command[4096];
        size_t n = 0;
        const Exchange *x = &f->script[f->done];
        size_t wanted = strlen(x->command) + 1;
        while (n < wanted && n < sizeof(command) - 1) {
                ssize_t k = recv(fd, command + n, wanted - n, 0);
                if (k <= 0)
                        break;
                n += (size_t) k;
        }
        command[n > 0 ? n - 1 : 0] = '\0';
        if (strcmp(command, x->command) != 0 && f->wrong[0] == '\0')
                snprintf(f->wrong, sizeof(f->wrong), "asked \"%.200s\", not \"%.200s\"", command,
                         x->command);
        if (x->reply)
                (void) !send(fd, x->reply, strlen(x->reply), MSG_NOSIGNAL);
        else
                (void) !recv(fd, command, 1, 0);
}

static void *run(void *userdata)
{
        Fake *f = userdata;
        for (; f->done < f->n; f->done++) {
                int fd = accept(f->fd, NULL, NULL);
                answer(f, fd);
                close(fd);
        }
        return NULL;
}

static void fake_start(Fake *f, const Exchange *script, size_t n)
{
        *f = (Fake){.script = script, .n = n};
        strcpy(f->directory, "/tmp/test-router.XXXXXX");
        assert_non_null(mkdtemp(f->directory));
        snprintf(f->path, sizeof(f->path), "%s/admin.sock", f->directory);
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        strcpy(address.sun_path, f->path);
        f->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        assert_int_equal(bind(f->fd, (struct sockaddr *) &address, sizeof(address)), 0);
        assert_int_equal(listen(f->fd, 16), 0);
        assert_int_equal(pthread_create(&f->thread, NULL, run, f), 0);
        assert_int_equal(router_new(&(RouterPaths){.admin_socket = f->path,
                                                   .master_socket = f->path,
                                                   .directory = "/var/lib/paas/router"},
                                    &f->router),
                         0);
}

/* All of the script was played, and nothing else. */
static void fake_stop(Fake *f)
{
        pthread_join(f->thread, NULL);
        close(f->fd);
        f->router = router_free(f->router);
        assert_null(f->router);
        assert_string_equal(f->wrong, "");
        assert_int_equal(tree_remove(f->directory), 0);
}

#define ADD(server, port)                                                                                   \
  "add server pool_1/" server " 127.0.0.1:" port                                                            \
  " weight 100 check inter 10s fastinter 500ms downinter 500ms rise 1 fall 2"                               \
  " observe layer7 error-limit 1 on-error fastinter pool-purge-delay 500ms pool-max-conn -1"
#define SERVERS_MAP "/var/lib/paas/router/servers.map"

static void test_add(void **state)
{
        (void) state;
        static const Exchange script[] = {
                {ADD("web.1-v1.1", "20001"), "New server registered.\n\n"},
                {"enable health pool_1/web.1-v1.1", "\n"},
                {"set server pool_1/web.1-v1.1 health up", "\n"},
                {"set server pool_1/web.1-v1.1 state ready", "\n"},
                {"set map " SERVERS_MAP " pool_1 web.1-v1.1", "entry not found.\n\n"},
                {"add map " SERVERS_MAP " pool_1 web.1-v1.1", "\n"},
                /* there already, at the same address: made ready */
                {ADD("web.1-v1.1", "20001"), "Already exists a server with the same name in backend.\n\n"},
                {"show servers state", STATE},
                {"show servers conn", CONN},
                {"set server pool_1/web.1-v1.1 weight 100", "\n"},
                {"enable health pool_1/web.1-v1.1", "\n"},
                {"set server pool_1/web.1-v1.1 health up", "\n"},
                {"set server pool_1/web.1-v1.1 state ready", "\n"},
                {"set map " SERVERS_MAP " pool_1 web.1-v1.1", "\n"},
                /* at another one */
                {ADD("web.1-v1.1", "20009"), "Already exists a server with the same name in backend.\n\n"},
                {"show servers state", STATE},
                {"show servers conn", CONN},
                {ADD("web.3-v1.1", "20003"), "No such backend.\n\n"},
        };
        Fake f;
        _cleanup_error_ Error e = ERROR_NULL;
        fake_start(&f, script, ELEMENTSOF(script));
        assert_int_equal(router_add_server(f.router, "pool_1", "web.1-v1.1", "127.0.0.1:20001", &e), 0);
        assert_int_equal(router_add_server(f.router, "pool_1", "web.1-v1.1", "127.0.0.1:20001", &e), 0);
        assert_null(e.message);
        assert_int_equal(router_add_server(f.router, "pool_1", "web.1-v1.1", "127.0.0.1:20009", &e),
                         -EEXIST);
        assert_non_null(strstr(e.message, "is there already, for 127.0.0.1:20001"));
        assert_int_equal(router_add_server(f.router, "pool_1", "web.3-v1.1", "127.0.0.1:20003", &e), -EIO);
        assert_string_equal(e.message,
                            "cannot add web.3-v1.1 at 127.0.0.1:20003 to the router's backend pool_1: "
                            "HAProxy says: No such backend.");
        fake_stop(&f);
}

static void test_remove(void **state)
{
        (void) state;
        static const Exchange script[] = {
                {"set server pool_1/web.2-v1.1 state drain", "\n"},
                {"set server pool_1/web.2-v1.1 state maint", "\n"},
                {"del server pool_1/web.2-v1.1",
                 "Server still has connections attached to it, cannot remove it.\n"},
                {"set server pool_1/web.2-v1.1 state maint", "\n"},
                {"shutdown sessions server pool_1/web.2-v1.1", "\n"},
                {"del server pool_1/web.2-v1.1", "Server deleted.\n"},
                {"get map " SERVERS_MAP " pool_1", "found=yes, value=\"web.2-v1.1\", type=\"str\"\n\n"},
                {"show servers state", STATE},
                {"show servers conn", CONN},
                {"set map " SERVERS_MAP " pool_1 web.1-v1.1", "\n"},
                /* not the one that the map names */
                {"set server pool_1/web.2-v1.1 state maint", "\n"},
                {"del server pool_1/web.2-v1.1", "Server deleted.\n"},
                {"get map " SERVERS_MAP " pool_1", "found=yes, value=\"web.1-v1.1\", type=\"str\"\n\n"},
                /* gone already */
                {"set server pool_1/web.9-v1.1 state maint", "No such server.\n\n"},
                {"set server pool_9/web.9-v1.1 state maint", "No such backend.\n\n"},
        };
        Fake f;
        fake_start(&f, script, ELEMENTSOF(script));
        assert_int_equal(router_drain_server(f.router, "pool_1", "web.2-v1.1", NULL), 0);
        assert_int_equal(router_remove_server(f.router, "pool_1", "web.2-v1.1", false, NULL), -EBUSY);
        assert_int_equal(router_remove_server(f.router, "pool_1", "web.2-v1.1", true, NULL), 0);
        assert_int_equal(router_remove_server(f.router, "pool_1", "web.2-v1.1", false, NULL), 0);
        assert_int_equal(router_remove_server(f.router, "pool_1", "web.9-v1.1", false, NULL), 0);
        assert_int_equal(router_remove_server(f.router, "pool_9", "web.9-v1.1", false, NULL), 0);
        fake_stop(&f);
}

static void test_map(void **state)
{
        (void) state;
        static const Exchange script[] = {
                {"set map /var/lib/paas/router/hosts.map *.example.com pool_1", "\n"},
                {"del map /var/lib/paas/router/hosts.map a.example.com", "Key not found.\n\n"},
                {"get map /var/lib/paas/router/hosts.map a.example.com", "found=no\n\n"},
                {"get map /var/lib/paas/router/hosts.map b.example.com", "found=yes, value=\"pool_7\"\n\n"},
                {"set map /var/lib/paas/router/none.map a b", "Unknown map identifier.\n\n"},
                {"get map /var/lib/paas/router/none.map a", "Unknown map identifier.\n\n"},
        };
        Fake f;
        _cleanup_free_ char *value = NULL;
        _cleanup_error_ Error e = ERROR_NULL;
        fake_start(&f, script, ELEMENTSOF(script));
        assert_int_equal(router_set_map(f.router, "hosts.map", "*.example.com", "pool_1", NULL), 0);
        assert_int_equal(router_set_map(f.router, "hosts.map", "a.example.com", NULL, NULL), 0);
        assert_int_equal(router_get_map(f.router, "hosts.map", "a.example.com", &value, NULL), -ENODATA);
        assert_int_equal(router_get_map(f.router, "hosts.map", "b.example.com", &value, NULL), 0);
        assert_string_equal(value, "pool_7");
        assert_int_equal(router_set_map(f.router, "none.map", "a", "b", &e), -EIO);
        assert_string_equal(
                e.message,
                "cannot set a to b in the router's none.map: HAProxy says: Unknown map identifier.");
        assert_int_equal(router_get_map(f.router, "none.map", "a", &value, &e), -EIO);
        fake_stop(&f);
}

/* Nothing that would be another command, or a second one, gets to the socket. */
static void test_refused_words(void **state)
{
        (void) state;
        static const char *const bad[] = {"", "a b", "a;quit", "a\nquit", "a\\", "<<", "a#b"};
        Fake f;
        fake_start(&f, NULL, 0);
        for (size_t i = 0; i < ELEMENTSOF(bad); i++) {
                assert_int_equal(router_set_map(f.router, "hosts.map", bad[i], "pool_1", NULL), -EINVAL);
                assert_int_equal(router_set_map(f.router, "hosts.map", "a", bad[i], NULL), -EINVAL);
                assert_int_equal(router_set_map(f.router, bad[i], "a", "b", NULL), -EINVAL);
                assert_int_equal(router_add_server(f.router, bad[i], "a", "b", NULL), -EINVAL);
                assert_int_equal(router_add_server(f.router, "a", bad[i], "b", NULL), -EINVAL);
                assert_int_equal(router_add_server(f.router, "a", "b", bad[i], NULL), -EINVAL);
                assert_int_equal(router_drain_server(f.router, "a", bad[i], NULL), -EINVAL);
                assert_int_equal(router_remove_server(f.router, bad[i], "a", true, NULL), -EINVAL);
                assert_int_equal(router_set_certificate(f.router, bad[i], "x", NULL), -EINVAL);
        }
        fake_stop(&f);
}

static void test_silence(void **state)
{
        (void) state;
        static const Exchange script[] = {{"set server pool_1/a state drain", NULL}};
        Fake f;
        _cleanup_error_ Error e = ERROR_NULL;
        fake_start(&f, script, ELEMENTSOF(script));
        uint64_t start = clock_monotonic();
        assert_int_equal(router_drain_server(f.router, "pool_1", "a", &e), -ETIMEDOUT);
        assert_true(clock_monotonic() - start < 20 * USEC_PER_SEC);
        assert_non_null(strstr(e.message, "gave no answer"));
        fake_stop(&f);
}

static void test_nobody(void **state)
{
        (void) state;
        Router *r;
        RouterServer *list;
        size_t n;
        _cleanup_error_ Error e = ERROR_NULL;
        assert_int_equal(router_new(&(RouterPaths){.admin_socket = "/nonexistent/admin.sock",
                                                   .master_socket = "/nonexistent/master.sock",
                                                   .directory = "/nonexistent"},
                                    &r),
                         0);
        assert_int_equal(router_observe(r, &list, &n, &e), -ENOENT);
        assert_non_null(strstr(e.message, "systemctl status paas-router.service"));
        assert_int_equal(reload_and_wait(r, &e), -ENOENT);
        assert_int_equal(router_add_server(r, "a", "b", "c", &e), -ENOENT);
        router_free(r);
}

#define PROC(reloads, failed) "1 master " reloads " [failed: " failed "] 0d 3.0\n# workers\n\n"

static void test_reload(void **state)
{
        (void) state;
        static const Exchange script[] = {
                /* 3.0 */
                {"show proc", PROC("1", "0")},
                {"reload", "Success=1\n--\n[NOTICE] (1) : Loading success.\n"},
                {"show info", "Name: HAProxy\n\n"},
                {"show proc", PROC("2", "0")},
                {"reload", "Success=0\n--\n[NOTICE] (1) : x\n[ALERT] (1) : unknown keyword 'bogus'\n"},
                /* 2.6 */
                {"show proc", PROC("2", "1")},
                {"reload", ""},
                {"show proc", PROC("2", "1")},
                {"show proc", PROC("3", "0")},
                {"show info", "Name: HAProxy\n\n"},
                {"show proc", PROC("3", "0")},
                {"reload", ""},
                {"show proc", PROC("4", "1")},
        };
        Fake f;
        _cleanup_error_ Error e = ERROR_NULL;
        fake_start(&f, script, ELEMENTSOF(script));
        assert_int_equal(reload_and_wait(f.router, &e), 0);
        assert_int_equal(reload_and_wait(f.router, &e), -EBADMSG);
        assert_non_null(strstr(e.message, "unknown keyword 'bogus'"));
        assert_int_equal(reload_and_wait(f.router, &e), 0);
        assert_null(e.message);
        assert_int_equal(reload_and_wait(f.router, &e), -EBADMSG);
        assert_non_null(strstr(e.message, "journalctl -u paas-router.service"));
        fake_stop(&f);
}

static void test_certificate(void **state)
{
        (void) state;
        static const Exchange script[] = {
                {"set ssl cert /c/default.pem <<\n-----BEGIN X-----\nabc\n-----END X-----\n",
                 "Transaction created for certificate /c/default.pem!\n\n"},
                {"commit ssl cert /c/default.pem", "Committing /c/default.pem..\nSuccess!\n\n"},
                {"set ssl cert /c/other.pem <<\nx\n",
                 "Can't replace a certificate which is not referenced by the configuration!\n\n"},
        };
        Fake f;
        _cleanup_error_ Error e = ERROR_NULL;
        static char large[20000];
        memset(large, 'x', sizeof(large) - 1);
        fake_start(&f, script, ELEMENTSOF(script));
        assert_int_equal(router_set_certificate(f.router, "/c/default.pem",
                                                "-----BEGIN X-----\r\n\r\nabc\n\n-----END X-----", &e),
                         0);
        assert_int_equal(router_set_certificate(f.router, "/c/other.pem", "x\n", &e), -EIO);
        assert_int_equal(router_set_certificate(f.router, "/c/large.pem", large, &e), -EFBIG);
        fake_stop(&f);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_add),     cmocka_unit_test(test_remove),
                cmocka_unit_test(test_map),     cmocka_unit_test(test_refused_words),
                cmocka_unit_test(test_silence), cmocka_unit_test(test_nobody),
                cmocka_unit_test(test_reload),  cmocka_unit_test(test_certificate),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
