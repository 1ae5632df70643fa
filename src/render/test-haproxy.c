/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "basic/file.h"
#include "basic/settings.h"
#include "basic/text.h"
#include "render/haproxy.h"

#define CHECKED                                                                                             \
  "weight 100 check inter 10s fastinter 500ms downinter 500ms rise 1 fall 2 "                               \
  "observe layer7 error-limit 1 on-error fastinter pool-purge-delay 500ms pool-max-conn -1\n"

static char directory[] = "/tmp/test-haproxy.XXXXXX";

static int make_directory(void **state)
{
        (void) state;
        return mkdtemp(directory) ? 0 : -1;
}

static int remove_directory(void **state)
{
        (void) state;
        return tree_remove(directory);
}

static char www[] = "www.example.org", blog[] = "blog.example.com", wild[] = "*.example.net";
static char shop[] = "shop.example.com";
static char *blog_domains[] = {www, blog, wild, NULL};
static char *shop_domains[] = {shop, NULL};
static const RenderServer blog_servers[] = {
        {.name = "web.1-v12.3", .address = "127.0.0.1:20003"},
        {.name = "web.2-v12.3", .address = "127.0.0.1:20004"},
};

static const RenderBackend backends[] = {
        {.name = "pool_0",
         .app = "blog",
         .app_id = "01234567-89ab-4cde-8f01-23456789abcd",
         .host = "blog.example.com",
         .domains = blog_domains,
         .servers = blog_servers,
         .n_servers = 2,
         .state = "up"},
        {.name = "pool_1",
         .app = "shop",
         .app_id = "11234567-89ab-4cde-8f01-23456789abcd",
         .host = "shop.example.com",
         .domains = shop_domains,
         .state = "none"},
        {.name = "pool_2"},
};

static RenderRouter router(void)
{
        return (RenderRouter){.directory = "/var/lib/paas/router",
                              .base_domain = "example.com",
                              .backends = backends,
                              .n_backends = ELEMENTSOF(backends),
                              .hard_stop = 30,
                              .old_workers = 4,
                              .threads = 3,
                              .certificates = 1795217000};
}

#define MEANT                                                                                               \
  "    use-server %[var(txn.lot),map(/var/lib/paas/router/lots.map)] if { var(txn.lot) -m found }\n"

static void test_config(void **state)
{
        (void) state;
        _cleanup_free_ char *text = NULL;
        RenderRouter r = router();

        assert_int_equal(render_haproxy_config(
                                 "stop @HARD_STOP@s, old @OLD_WORKERS@, threads @THREADS@, certificates "
                                 "@CERTIFICATES@, bind fd@3,fd@4 in @DIRECTORY@/x\n@BACKENDS@",
                                 &r, &text, NULL),
                         0);
        assert_string_equal(text,
                            "stop 30s, old 4, threads 3, certificates 1795217000, bind fd@3,fd@4 in "
                            "/var/lib/paas/router/x\n"
                            "\nbackend pool_0 from app\n"
                            "    use-server %[var(txn.backend),map(/var/lib/paas/router/servers.map,none)] "
                            "if { nbsrv eq 0 }\n" MEANT "    server web.1-v12.3 127.0.0.1:20003 " CHECKED
                            "    server web.2-v12.3 127.0.0.1:20004 " CHECKED "\nbackend pool_1 from app\n"
                            "    use-server %[var(txn.backend),map(/var/lib/paas/router/servers.map,none)] "
                            "if { nbsrv eq 0 }\n" MEANT "\nbackend pool_2 from app\n"
                            "    use-server %[var(txn.backend),map(/var/lib/paas/router/servers.map,none)] "
                            "if { nbsrv eq 0 }\n" MEANT);
}

static void test_threads(void **state)
{
        (void) state;
        static const struct {
                unsigned processors, threads;
        } cases[] = {{0, 1}, {1, 1},  {2, 1},    {3, 1},    {4, 2},
                     {7, 3}, {16, 8}, {128, 64}, {130, 64}, {1024, 64}};
        for (size_t i = 0; i < ELEMENTSOF(cases); i++)
                assert_int_equal(render_router_threads(SETTINGS_THREADS_RULE, cases[i].processors),
                                 cases[i].threads);
        assert_int_equal(render_router_threads(5, 2), 5);
}

/* Every setting has its lines; without any there is none. */
static void test_traffic(void **state)
{
        (void) state;
        RenderTraffic t = TRAFFIC_DEFAULT;
        char extra[RENDER_SERVER_EXTRA_SIZE];
        _cleanup_free_ char *text = NULL, *usual = NULL;
        size_t n;
        Buffer out = BUFFER_NULL;
        render_traffic(&out, &t, directory);
        assert_int_equal(buffer_finish(&out, &usual, &n), 0);
        assert_int_equal(n, 0);
        render_server_extra(&t, extra);
        assert_string_equal(extra, "");

        t = (RenderTraffic){.balance = TRAFFIC_HEADER,
                            .hash_header = "X-User",
                            .max_connections = 5,
                            .connect_timeout = 2,
                            .response_timeout = 10,
                            .idle_timeout = 120,
                            .tunnel_timeout = 7200,
                            .max_body = 1048576,
                            .sticky = true,
                            .protocol = TRAFFIC_H2C};
        static const char *const lines[] = {
                "    option http-server-close\n",
                "    balance hdr(X-User)\n    hash-type consistent\n",
                "    timeout connect 2s\n",
                "    timeout server 10s\n",
                "    timeout queue 10s\n",
                "    timeout tunnel 7200s\n",
                "http-response set-timeout server 120s\n",
                "req.hdr_val(content-length) gt 1048576",
                "return status 411",
                "req.cook(paas-server)",
                "/sticky.map)\n    use-server %[var(txn.kept)]",
                "paas-server=%[srv_name]; Path=/; HttpOnly; SameSite=Lax; Secure\"",
        };
        out = BUFFER_NULL;
        render_traffic(&out, &t, directory);
        assert_int_equal(buffer_finish(&out, &text, NULL), 0);
        for (size_t i = 0; i < ELEMENTSOF(lines); i++)
                if (!strstr(text, lines[i]))
                        fail_msg("no \"%s\" in:\n%s", lines[i], text);
        assert_null(strstr(text, "tcp-check"));
        render_server_extra(&t, extra);
        assert_string_equal(extra, " maxconn 5 proto h2");
}

static void test_config_refusals(void **state)
{
        (void) state;
        _cleanup_free_ char *text = NULL;
        _cleanup_error_ Error e = ERROR_NULL;
        RenderRouter r = router();

        assert_int_equal(render_haproxy_config("@NOBODY@", &r, &text, &e), -EINVAL);
        assert_non_null(strstr(e.message, "@NOBODY@"));

        static const char *const bad[] = {"", "a b", "a\nbackend evil", "a#b", "a\"b", "$HOME", "a\\b"};
        for (size_t i = 0; i < ELEMENTSOF(bad); i++) {
                char *domains[] = {(char *) (uintptr_t) bad[i], NULL};
                RenderServer server = {.name = bad[i], .address = "127.0.0.1:1"};
                RenderBackend wrong[] = {
                        {.name = bad[i]},
                        {.name = "pool_0", .app = bad[i]},
                        {.name = "pool_0", .app_id = bad[i]},
                        {.name = "pool_0", .host = bad[i]},
                        {.name = "pool_0", .state = bad[i]},
                        {.name = "pool_0", .domains = domains},
                        {.name = "pool_0", .servers = &server, .n_servers = 1},
                };
                for (size_t k = 0; k < ELEMENTSOF(wrong); k++) {
                        r.backends = &wrong[k];
                        r.n_backends = 1;
                        assert_int_equal(render_haproxy_config("", &r, &text, NULL), -EINVAL);
                }
        }
        assert_null(text);
}

static void test_maps(void **state)
{
        (void) state;
        _cleanup_free_ char *template_text = NULL;
        assert_int_equal(file_read(HAPROXY_TEMPLATE, 1 << 20, &template_text, NULL), 0);
        RenderRouter r = router();
        RenderFile files[RENDER_ROUTER_FILES];

        assert_int_equal(render_router_files(template_text, &r, files, NULL), 0);
        static const char *const expected[][2] = {
                {"hosts.map", "*.example.net pool_0\nblog.example.com pool_0\n"
                              "shop.example.com pool_1\nwww.example.org pool_0\n"},
                {"apps.map", "pool_0 blog\npool_1 shop\n"},
                {"ids.map", "pool_0 01234567-89ab-4cde-8f01-23456789abcd\n"
                            "pool_1 11234567-89ab-4cde-8f01-23456789abcd\n"},
                {"checks.map", "pool_0 blog.example.com\npool_1 shop.example.com\n"},
                {"states.map", "pool_1 none\n"},
                {"servers.map", "pool_0 web.2-v12.3\n"},
        };
        for (size_t i = 0; i < ELEMENTSOF(expected); i++) {
                assert_string_equal(files[i].name, expected[i][0]);
                assert_string_equal(files[i].text, expected[i][1]);
        }
        assert_string_equal(files[RENDER_ROUTER_FILES - 1].name, "haproxy.cfg");
        assert_null(strstr(files[RENDER_ROUTER_FILES - 1].text, "@DIRECTORY@"));
        render_router_files_clear(files);
        assert_null(files[0].text);
}

/* Writes what paasd would write into `directory`, with a certificate made by openssl(1). */
static void write_router(const RenderRouter *r)
{
        _cleanup_free_ char *template_text = NULL;
        RenderFile files[RENDER_ROUTER_FILES];
        assert_int_equal(file_read(HAPROXY_TEMPLATE, 1 << 20, &template_text, NULL), 0);
        assert_int_equal(render_router_files(template_text, r, files, NULL), 0);
        for (size_t i = 0; i < RENDER_ROUTER_FILES; i++) {
                char path[256];
                snprintf(path, sizeof(path), "%s/%s", directory, files[i].name);
                assert_int_equal(file_write(path, files[i].text, strlen(files[i].text), 0644,
                                            FILE_OWNER_SELF, FILE_NO_SYNC),
                                 0);
        }
        render_router_files_clear(files);
        char command[1024];
        snprintf(command, sizeof(command),
                 "mkdir -p %s/certs && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes "
                 "-subj /CN=test -days 2 -keyout %s/certs/default.pem -out %s/chain 2>/dev/null && "
                 "cat %s/chain >>%s/certs/default.pem",
                 directory, directory, directory, directory, directory);
        assert_int_equal(system(command), 0);
}

static void check_with_haproxy(const RenderRouter *r)
{
        char command[512];
        write_router(r);
        snprintf(command, sizeof(command), "%s %s", HAPROXY_COPY_PAGES, directory);
        assert_int_equal(system(command), 0);
        /* Outside the service nobody hands over sockets. */
        snprintf(command, sizeof(command),
                 "PAAS_ROUTER_HTTP=127.0.0.1:80 PAAS_ROUTER_HTTPS=127.0.0.1:443 PAAS_ROUTER_PAGES=%s/pages "
                 "haproxy -c -q -f %s/haproxy.cfg >%s/log 2>&1",
                 directory, directory, directory);
        int status = system(command);
        _cleanup_free_ char *log = NULL;
        snprintf(command, sizeof(command), "%s/log", directory);
        assert_int_equal(file_read(command, 1 << 20, &log, NULL), 0);
        assert_string_equal(log, "");
        assert_int_equal(status, 0);
}

static void test_haproxy_accepts(void **state)
{
        (void) state;
        if (system("command -v haproxy >/dev/null && command -v openssl >/dev/null") != 0)
                skip();
        RenderRouter r = router();
        r.directory = directory;
        check_with_haproxy(&r);

        /* Before `paas setup`, with not even a pool. */
        r = (RenderRouter){.directory = directory};
        check_with_haproxy(&r);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_threads),
                cmocka_unit_test(test_config),
                cmocka_unit_test(test_traffic),
                cmocka_unit_test(test_config_refusals),
                cmocka_unit_test(test_maps),
                cmocka_unit_test_setup_teardown(test_haproxy_accepts, make_directory, remove_directory),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
