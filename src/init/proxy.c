/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "init/proxy.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "basic/cleanup.h"

#define SOCKET_PROXYD "/usr/lib/systemd/systemd-socket-proxyd"
#define HELD_SOCKET 3
#define CONNECTIONS "--connections-max=10000" /* it takes six descriptors each, and its own limit is 256 */
#define PAUSE_MIN_MSEC 5
#define PAUSE_MAX_MSEC 50

static void pause_for(long msec)
{
        nanosleep(&(struct timespec){.tv_sec = msec / 1000, .tv_nsec = msec % 1000 * 1000000}, NULL);
}

static bool accepts(unsigned long port)
{
        _cleanup_close_ int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const struct sockaddr_in address = {.sin_family = AF_INET,
                                            .sin_port = htons((uint16_t) port),
                                            .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        return fd >= 0 && connect(fd, (const struct sockaddr *) &address, sizeof(address)) == 0;
}

/* Ends with its parent, however that ends. */
static void follow_parent(pid_t parent)
{
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
                _exit(EXIT_FAILURE);
}

static void become_proxy(pid_t parent, const char *port)
{
        char pid[32], target[32];
        follow_parent(parent);
        snprintf(pid, sizeof(pid), "LISTEN_PID=%d", (int) getpid());
        snprintf(target, sizeof(target), "127.0.0.1:%s", port);
        char fds[] = "LISTEN_FDS=1", level[] = "SYSTEMD_LOG_LEVEL=warning";
        char *const environment[] = {pid, fds, level, NULL};
        execle(SOCKET_PROXYD, "systemd-socket-proxyd", CONNECTIONS, target, (char *) NULL, environment);
        fprintf(stderr,
                "paas-init: " SOCKET_PROXYD ": %s. It belongs to systemd; another kind of socket: "
                "paas ps:listen web=port\n",
                strerror(errno));
        _exit(EXIT_FAILURE);
}

/* Waits for the application to listen before it lets anybody in, and starts the proxy again should it end.
 */
static void keep_proxy(pid_t parent, const char *port)
{
        sigset_t all;
        follow_parent(parent);
        /* What asks the application to stop is for the application: requests under way go on through here.
         */
        sigfillset(&all);
        sigprocmask(SIG_SETMASK, &all, NULL);
        for (;;) {
                for (long msec = PAUSE_MIN_MSEC; !accepts(strtoul(port, NULL, 10));
                     msec = msec * 2 < PAUSE_MAX_MSEC ? msec * 2 : PAUSE_MAX_MSEC)
                        pause_for(msec);
                pid_t self = getpid(), child = fork();
                if (child == 0)
                        become_proxy(self, port);
                if (child > 0)
                        (void) waitpid(child, NULL, 0);
                pause_for(PAUSE_MAX_MSEC);
        }
}

int proxy_begin(void)
{
        const char *listen = getenv("PAAS_LISTEN"), *port = getenv("PORT"), *receiver = getenv("LISTEN_PID");
        if (!listen || strcmp(listen, "proxy") != 0 || !port || !receiver ||
            strtol(receiver, NULL, 10) != getpid()) /* a check in the sandbox has no socket */
                return 0;
        pid_t self = getpid(), child = fork();
        if (child < 0)
                return -1;
        if (child == 0)
                keep_proxy(self, port);
        close(HELD_SOCKET);
        return unsetenv("LISTEN_FDS") < 0 || unsetenv("LISTEN_PID") < 0 || unsetenv("LISTEN_FDNAMES") < 0
                       ? -1
                       : 0;
}
