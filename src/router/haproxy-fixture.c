/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "router/haproxy-fixture.h"

#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>

#include <cmocka.h>

#include "basic/clock.h"
#include "basic/file.h"
#include "render/haproxy.h"

char fixture_directory[] = "/tmp/test-router.XXXXXX";
App fixture_apps[FIXTURE_APPS];
Router *fixture_router;
static pid_t haproxy;
static int listener = -1;
unsigned fixture_port;
int fixture_journal = -1;

void fixture_path(char *ret, size_t size, const char *name)
{
        snprintf(ret, size, "%s/%s", fixture_directory, name);
}

size_t fixture_read_head(int fd, char *text, size_t size)
{
        size_t n = 0;
        while (n < size - 1) {
                ssize_t k = recv(fd, text + n, size - 1 - n, 0);
                if (k <= 0)
                        break;
                n += (size_t) k;
                text[n] = '\0';
                if (strstr(text, "\r\n\r\n"))
                        break;
        }
        text[n] = '\0';
        return n;
}

static void echo(int fd, const char *head)
{
        static const char answer[] = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                                     "Connection: Upgrade\r\n"
                                     "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
        char text[256];
        ssize_t n;
        if (!strcasestr(head, "\r\nConnection: upgrade\r\n") ||
            !strcasestr(head, "\r\nUpgrade: websocket\r\n"))
                return;
        (void) !send(fd, answer, strlen(answer), MSG_NOSIGNAL);
        while ((n = recv(fd, text, sizeof(text), 0)) > 0)
                (void) !send(fd, text, (size_t) n, MSG_NOSIGNAL);
}

/* "/ws" becomes a WebSocket that sends back what it gets (the key is always that of RFC 6455's example);
 * "/close" is closed without an answer, "/hold" begins one and goes on until the client is gone, "/garbage"
 * is no HTTP; everything else is answered with the name of the application and the head of the request. */
static void *serve_one(void *userdata)
{
        char text[8192], head[256], byte;
        int fd = (int) (intptr_t) userdata;
        size_t n = fixture_read_head(fd, text, sizeof(text));
        if (strstr(text, " /ws "))
                echo(fd, text);
        else if (strstr(text, " /hold ")) {
                (void) !send(fd, "HTTP/1.1 200 OK\r\n\r\nx", 20, MSG_NOSIGNAL);
                (void) !recv(fd, &byte, 1, 0);
        } else if (strstr(text, " /garbage "))
                (void) !send(fd, "SSH-2.0\r\n\r\n", 11, MSG_NOSIGNAL);
        else if (n > 0 && !strstr(text, " /close ")) {
                bool failing = strstr(text, " /500 ") || strstr(text, " /503 ");
                int k = snprintf(head, sizeof(head),
                                 "HTTP/1.1 %s Whatever\r\nContent-Length: %zu\r\nX-App: %d\r\n\r\n",
                                 failing ? "503" : "200", n, fd);
                (void) !send(fd, head, (size_t) k, MSG_NOSIGNAL);
                (void) !send(fd, text, n, MSG_NOSIGNAL);
        }
        close(fd);
        return NULL;
}

void *fixture_serve(void *userdata)
{
        App *a = userdata;
        for (;;) {
                int fd = accept(a->fd, NULL, NULL);
                pthread_t thread;
                if (fd < 0)
                        return NULL;
                if (pthread_create(&thread, NULL, serve_one, (void *) (intptr_t) fd) == 0)
                        pthread_detach(thread);
        }
}

static int listen_somewhere(int *ret_fd, unsigned *ret_port)
{
        struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        socklen_t n = sizeof(address);
        *ret_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (bind(*ret_fd, (struct sockaddr *) &address, n) < 0 || listen(*ret_fd, 64) < 0 ||
            getsockname(*ret_fd, (struct sockaddr *) &address, &n) < 0)
                return -errno;
        *ret_port = ntohs(address.sin_port);
        return 0;
}

static int start_app(App *a)
{
        unsigned port;
        int r = listen_somewhere(&a->fd, &port);
        if (r < 0)
                return r;
        snprintf(a->address, sizeof(a->address), "127.0.0.1:%u", port);
        return -pthread_create(&a->thread, NULL, fixture_serve, a);
}

static int listen_journal(void)
{
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        snprintf(address.sun_path, sizeof(address.sun_path), "%s/journal", fixture_directory);
        fixture_journal = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        struct timeval timeout = {.tv_sec = 5};
        setsockopt(fixture_journal, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
        return bind(fixture_journal, (struct sockaddr *) &address, sizeof(address)) < 0 ? -errno : 0;
}

static char blog[] = "blog.example.com", wildcard[] = "*.example.net";
/* What HAProxy would read otherwise than it is meant. */
static const char checks[] =
        "{\"healthchecks\": {\"web\": [{\"type\": \"readiness\", \"path\": \"/a%20?'b\\\"#$c\", \"status\": "
        "\"200-399\","
        " \"content\": \"it's \\\"$ok\\\" # %[x] \\\\ {}\", \"httpHeaders\": [{\"name\": \"X-A\", "
        "\"value\": \"'%[x] $b \\\\\"},"
        " {\"name\": \"Host\", \"value\": \"\"}]}, {\"type\": \"readiness\", \"path\": \"/two\"}]}}";
static char *blog_domains[] = {blog, wildcard, NULL};

int fixture_write(const char *extra)
{
        _cleanup_checks_ Checks list = CHECKS_NULL;
        if (checks_parse(checks, strlen(checks), &list) < 0)
                return -EINVAL;
        const RenderBackend backends[] = {
                {.name = "pool_0",
                 .app = "blog",
                 .app_id = "01234567-89ab-4cde-8f01-23456789abcd",
                 .host = "blog.example.com",
                 .domains = blog_domains},
                {.name = "pool_1", .checks = &list},
        };
        const RenderRouter r = {.directory = fixture_directory,
                                .backends = backends,
                                .n_backends = 2,
                                .hard_stop = 60,
                                .old_workers = 1,
                                .threads = 2};
        _cleanup_free_ char *template_text = NULL, *config = NULL;
        RenderFile files[RENDER_ROUTER_FILES];
        char path[256];
        int k = file_read(HAPROXY_TEMPLATE, 1 << 20, &template_text, NULL);
        if (k >= 0)
                k = render_router_files(template_text, &r, files, NULL);
        if (k < 0)
                return k;
        if (asprintf(&config, "%s%s", files[RENDER_ROUTER_FILES - 1].text, extra) < 0)
                return -ENOMEM;
        for (size_t i = 0; k >= 0 && i < RENDER_ROUTER_FILES; i++) {
                fixture_path(path, sizeof(path), files[i].name);
                const char *text = i == RENDER_ROUTER_FILES - 1 ? config : files[i].text;
                k = file_write(path, text, strlen(text), 0644, FILE_OWNER_SELF, FILE_NO_SYNC);
        }
        render_router_files_clear(files);
        return k;
}

int fixture_certificate(const char *name)
{
        char command[1024];
        snprintf(command, sizeof(command),
                 "mkdir -p %s/certs && cd %s && openssl req -x509 -newkey ec -pkeyopt "
                 "ec_paramgen_curve:P-256 "
                 "-nodes -subj /CN=%s -days 2 -keyout key -out chain 2>/dev/null && cat key chain >%s.pem",
                 fixture_directory, fixture_directory, name, name);
        return system(command) == 0 ? 0 : -EIO;
}

static int copy_pages(void)
{
        char command[1024];
        snprintf(command, sizeof(command), "%s %s", HAPROXY_COPY_PAGES, fixture_directory);
        return system(command) == 0 ? 0 : -EIO;
}

static void become_haproxy(void)
{
        char text[128];
        /* It takes as many connections as it may have descriptors. */
        setrlimit(RLIMIT_NOFILE, &(struct rlimit){.rlim_cur = 512, .rlim_max = 512});
        snprintf(text, sizeof(text), "fd@%d", dup(listener));
        setenv("PAAS_ROUTER_HTTP", text, 1);
        snprintf(text, sizeof(text), "unix@%s/https", fixture_directory);
        setenv("PAAS_ROUTER_HTTPS", text, 1);
        snprintf(text, sizeof(text), "%s/journal", fixture_directory);
        setenv("PAAS_ROUTER_JOURNAL", text, 1);
        snprintf(text, sizeof(text), "%s/syslog", fixture_directory);
        setenv("PAAS_ROUTER_SYSLOG", text, 1);
        fixture_path(text, sizeof(text), "pages");
        setenv("PAAS_ROUTER_PAGES", text, 1);
        setenv("RUNTIME_DIRECTORY", fixture_directory, 1);
        char config[128], master[128];
        fixture_path(config, sizeof(config), "haproxy.cfg");
        fixture_path(master, sizeof(master), "master.sock");
        fixture_path(text, sizeof(text), "log");
        if (!freopen(text, "w", stderr))
                _exit(1);
        execlp("haproxy", "haproxy", "-W", "-f", config, "-S", master, NULL);
        _exit(1);
}

static int await_haproxy(void)
{
        for (uint64_t end = clock_monotonic() + 10 * USEC_PER_SEC; clock_monotonic() < end;) {
                RouterServer *list;
                size_t n;
                if (router_observe(fixture_router, &list, &n, NULL) >= 0) {
                        router_servers_free(list, n);
                        return 0;
                }
                nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
        }
        return -ETIMEDOUT;
}

int fixture_set_up(void **state)
{
        (void) state;
        char admin[128], master[128], from[128], to[128];
        if (!mkdtemp(fixture_directory) || fixture_write("") < 0 || fixture_certificate("default") < 0 ||
            copy_pages() < 0 || listen_journal() < 0 || listen_somewhere(&listener, &fixture_port) < 0)
                return -1;
        fixture_path(from, sizeof(from), "default.pem");
        fixture_path(to, sizeof(to), "certs/default.pem");
        if (rename(from, to) < 0)
                return -1;
        for (size_t i = 0; i < FIXTURE_APPS; i++)
                if (start_app(&fixture_apps[i]) < 0)
                        return -1;
        fixture_path(admin, sizeof(admin), "admin.sock");
        fixture_path(master, sizeof(master), "master.sock");
        if (router_new(&(RouterPaths){.admin_socket = admin,
                                      .master_socket = master,
                                      .directory = fixture_directory},
                       &fixture_router) < 0)
                return -1;
        haproxy = fork();
        if (haproxy == 0)
                become_haproxy();
        close(listener);
        return await_haproxy();
}

int fixture_tear_down(void **state)
{
        (void) state;
        kill(haproxy, SIGTERM);
        waitpid(haproxy, NULL, 0);
        for (size_t i = 0; i < FIXTURE_APPS; i++) {
                shutdown(fixture_apps[i].fd, SHUT_RDWR);
                pthread_join(fixture_apps[i].thread, NULL);
                close(fixture_apps[i].fd);
        }
        close(fixture_journal);
        router_free(fixture_router);
        return tree_remove(fixture_directory);
}

int fixture_connect(void)
{
        struct sockaddr_in address = {.sin_family = AF_INET,
                                      .sin_port = htons((uint16_t) fixture_port),
                                      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        struct timeval timeout = {.tv_sec = 10};
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
        assert_int_equal(connect(fd, (struct sockaddr *) &address, sizeof(address)), 0);
        return fd;
}

/* One request in a connection of its own; the whole answer. */
char *fixture_ask_raw(const char *request, size_t length)
{
        _cleanup_close_ int fd = fixture_connect();
        char *text = NULL;
        assert_int_equal(send(fd, request, length, MSG_NOSIGNAL), length);
        assert_int_equal(fd_read_all(fd, 1 << 20, &text, NULL), 0);
        return text;
}

char *fixture_ask(const char *path, const char *host, const char *headers)
{
        char request[2048];
        int n = snprintf(request, sizeof(request),
                         "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n%s\r\n", path, host, headers);
        return fixture_ask_raw(request, (size_t) n);
}

unsigned fixture_status_of(const char *answer)
{
        unsigned status = 0;
        (void) !sscanf(answer, "HTTP/1.1 %3u", &status);
        return status;
}

int fixture_hold(void)
{
        static const char request[] = "GET /hold HTTP/1.1\r\nHost: blog.example.com\r\n\r\n";
        char text[1024];
        int fd = fixture_connect();
        assert_int_equal(send(fd, request, strlen(request), MSG_NOSIGNAL), strlen(request));
        assert_true(fixture_read_head(fd, text, sizeof(text)) > 0);
        return fd;
}

void fixture_expect_status(const char *path, const char *host, unsigned status)
{
        _cleanup_free_ char *answer = fixture_ask(path, host, "");
        if (fixture_status_of(answer) != status)
                fail_msg("%s%s: %s", host, path, answer);
}

void fixture_expect_text(const char *text, const char *part)
{
        if (!strcasestr(text, part))
                fail_msg("no \"%s\" in: %s", part, text);
}

void fixture_expect_no_text(const char *text, const char *part)
{
        if (strcasestr(text, part))
                fail_msg("\"%s\" in: %s", part, text);
}

void fixture_no_error(int r, const Error *e)
{
        if (r < 0)
                fail_msg("%s", error_text(e, r));
}

void fixture_add(const char *name, const App *a)
{
        _cleanup_error_ Error e = ERROR_NULL;
        fixture_no_error(router_add_server(fixture_router, "pool_0", name, a->address, &e), &e);
}

/* A connection ends in one of the worker's next rounds: as the engine does, ask again. */
void fixture_take_out(const char *name)
{
        int r = -EBUSY;
        for (unsigned i = 0; r == -EBUSY && i < 500; i++) {
                _cleanup_error_ Error e = ERROR_NULL;
                r = router_remove_server(fixture_router, "pool_0", name, true, &e);
                if (r == -EBUSY)
                        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
                else
                        fixture_no_error(r, &e);
        }
        assert_int_equal(r, 0);
}
