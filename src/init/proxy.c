/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "init/proxy.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "init/relay.h"

#define HELD_SOCKET 3
#define NAME "paas-proxy" /* as ps(1) has it */

/* Ends with its parent, however that ends. */
static void follow_parent(pid_t parent)
{
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
                _exit(EXIT_FAILURE);
}

static void be_proxy(pid_t parent, uint16_t port)
{
        follow_parent(parent);
        (void) prctl(PR_SET_NAME, NAME);
        int r = relay_run(HELD_SOCKET, port);
        fprintf(stderr, "paas-init: the proxy in front of port %u: %s. It is started again.\n", port,
                strerror(-r));
        _exit(EXIT_FAILURE);
}

/* Starts the proxy again should it end. */
static void keep_proxy(pid_t parent, uint16_t port)
{
        sigset_t all;
        follow_parent(parent);
        /* What asks the application to stop is for the application: requests under way go on through here.
         */
        sigfillset(&all);
        sigprocmask(SIG_SETMASK, &all, NULL);
        for (;;) {
                pid_t self = getpid(), child = fork();
                if (child == 0)
                        be_proxy(self, port);
                if (child > 0)
                        (void) waitpid(child, NULL, 0);
                nanosleep(&(struct timespec){.tv_nsec = 50 * 1000000}, NULL);
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
                keep_proxy(self, (uint16_t) strtoul(port, NULL, 10));
        close(HELD_SOCKET);
        return unsetenv("LISTEN_FDS") < 0 || unsetenv("LISTEN_PID") < 0 || unsetenv("LISTEN_FDNAMES") < 0
                       ? -1
                       : 0;
}
