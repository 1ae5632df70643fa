/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Answers each request with a line, one after the other, which is enough for a sample. */

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void answer(int fd)
{
        static const char body[] = "Hello from C\n";
        char request[4096], response[256];
        size_t have = 0;

        request[0] = '\0';
        while (have < sizeof(request) - 1 && !strstr(request, "\r\n\r\n")) {
                ssize_t n = read(fd, request + have, sizeof(request) - 1 - have);
                if (n <= 0)
                        return;
                have += (size_t) n;
                request[have] = '\0';
        }
        int n = snprintf(response, sizeof(response),
                         "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %zu\r\n"
                         "Connection: close\r\n\r\n%s",
                         strlen(body), body);
        for (char *p = response; n > 0;) {
                ssize_t written = write(fd, p, (size_t) n);
                if (written <= 0)
                        return;
                p += written;
                n -= (int) written;
        }
}

int main(void)
{
        const char *port = getenv("PORT");
        struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_ANY)};
        int on = 1;

        if (!port) {
                fputs("PORT is not set\n", stderr);
                return 1;
        }
        address.sin_port = htons((unsigned short) atoi(port));
        signal(SIGPIPE, SIG_IGN);
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
            bind(fd, (struct sockaddr *) &address, sizeof(address)) < 0 || listen(fd, 128) < 0) {
                perror("listening");
                return 1;
        }
        printf("listening on %s\n", port);
        fflush(stdout);
        for (;;) {
                int client = accept(fd, NULL, NULL);
                if (client < 0)
                        continue;
                answer(client);
                close(client);
        }
}
