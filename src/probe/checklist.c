/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "probe/checklist.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "basic/cleanup.h"
#include "basic/clock.h"

/* Who is not ready has not started. */
static bool belongs_here(const Check *c, CheckType type, bool commands)
{
        if (c->type != type && (type != CHECK_STARTUP || c->type != CHECK_READINESS))
                return false;
        return commands ? c->way == CHECK_COMMAND : c->way == CHECK_PATH || c->way == CHECK_LISTENING;
}

int checklist_read(CheckType type, bool commands, Checklist *ret)
{
        char name[32];
        int r = 0;
        ret->n = 0;
        for (unsigned i = 1; r >= 0 && i <= CHECKLIST_MAX; i++) {
                Check c;
                snprintf(name, sizeof(name), "PAAS_CHECK_%u", i);
                const char *text = getenv(name);
                if (!text)
                        break;
                r = check_parse(text, strlen(text), &c);
                if (r < 0)
                        break;
                if (belongs_here(&c, type, commands))
                        ret->list[ret->n++] = c;
                else
                        check_clear(&c);
                (void) unsetenv(name);
        }
        if (r < 0)
                checklist_clear(ret);
        return r;
}

void checklist_clear(Checklist *l)
{
        for (size_t i = 0; i < l->n; i++)
                check_clear(&l->list[i]);
        l->n = 0;
}

/* In one write, so that the lines of several do not mix. */
static bool ask_one(const Asked *asked, const Check *check)
{
        _cleanup_buffer_ Buffer why = BUFFER_NULL;
        bool passed = ask(asked, check, &why);
        if (!passed && check && check->warn)
                fputs("warning: ", stdout);
        if (why.data)
                fputs(why.data, stdout);
        (void) fflush(stdout);
        return passed || (check && check->warn);
}

static int start(const Asked *asked, const Check *check)
{
        pid_t pid = fork();
        if (pid < 0)
                return -errno;
        if (pid == 0)
                _exit(ask_one(asked, check) ? EXIT_SUCCESS : EXIT_FAILURE);
        return 0;
}

/* Before it has passed once it is starting, for which it has a while. */
static bool watch_one(const Asked *asked, const Check *check)
{
        uint64_t starting = clock_monotonic() + asked->timeout * USEC_PER_SEC;
        Asked once = *asked;
        Check single = *check;
        once.timeout = 1;
        single.attempts = 1;
        single.initial_delay = 0;
        ask_pause(check->initial_delay * USEC_PER_SEC);
        for (unsigned failures = 0;;) {
                _cleanup_buffer_ Buffer why = BUFFER_NULL;
                if (ask(&once, &single, &why)) {
                        failures = 0;
                        starting = 0;
                } else if (clock_monotonic() >= starting && ++failures >= check->attempts) {
                        printf("%s does not live any more: %u checks in a row failed%s. The last one: %s",
                               asked->name, failures, check->warn ? "" : "; it is started again",
                               why.data ? why.data : "\n");
                        (void) fflush(stdout);
                        if (!check->warn)
                                return false;
                        failures = 0;
                }
                ask_pause((check->wait > 0 ? check->wait : 1) * USEC_PER_SEC);
        }
}

bool checklist_watch(const Asked *asked, const Checklist *l)
{
        int status;
        for (size_t i = 0; i < l->n; i++) {
                pid_t pid = fork();
                if (pid == 0)
                        _exit(watch_one(asked, &l->list[i]) ? EXIT_SUCCESS : CHECK_EXIT_REFUSED);
                if (pid < 0)
                        return true; /* nothing is known of the process */
        }
        return wait(&status) < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != CHECK_EXIT_REFUSED;
}

/* Taken out of the environment, where the commands would find it. */
static int open_notify(struct sockaddr_un *ret, socklen_t *ret_length)
{
        const char *path = getenv("NOTIFY_SOCKET");
        size_t n = path ? strlen(path) : 0;
        if (n < 2 || n >= sizeof(ret->sun_path))
                return -ENOENT;
        *ret = (struct sockaddr_un){.sun_family = AF_UNIX};
        memcpy(ret->sun_path, path, n);
        *ret_length = (socklen_t) (offsetof(struct sockaddr_un, sun_path) + n + (path[0] == '/'));
        if (path[0] == '@')
                ret->sun_path[0] = '\0';
        (void) unsetenv("NOTIFY_SOCKET");
        int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        return fd < 0 ? -errno : fd;
}

/* False: it has failed as often as it may, in a row. */
static bool attend_one(const Asked *asked, const Check *check, unsigned *failures)
{
        _cleanup_buffer_ Buffer why = BUFFER_NULL;
        Asked once = *asked;
        Check single = *check;
        once.timeout = 1;
        single.attempts = 1;
        single.initial_delay = 0;
        if (ask(&once, &single, &why)) {
                *failures = 0;
                return true;
        }
        if (++*failures == check->attempts)
                printf("%s is not ready%s: %u checks in a row failed. The last one: %s", asked->name,
                       check->warn ? "" : " any more", *failures, why.data ? why.data : "\n");
        (void) fflush(stdout);
        return check->warn || *failures < check->attempts;
}

void checklist_attend(const Asked *asked, const Checklist *l)
{
        static const char good[] = "READY=1", bad[] = "RELOADING=1";
        unsigned failures[CHECKLIST_MAX] = {0};
        struct sockaddr_un address;
        socklen_t length = 0;
        _cleanup_close_ int fd = open_notify(&address, &length);
        const char *told = NULL, *word = good;
        for (;;) {
                uint64_t wait = UINT64_MAX;
                bool ready = true;
                if (fd >= 0 && word != told)
                        (void) sendto(fd, word, strlen(word), MSG_NOSIGNAL, (struct sockaddr *) &address,
                                      length);
                told = word;
                for (size_t i = 0; i < l->n; i++) {
                        const Check *c = &l->list[i];
                        wait = c->wait < wait ? c->wait : wait;
                        ready = attend_one(asked, c, &failures[i]) && ready;
                }
                word = ready ? good : bad;
                if (word == told)
                        ask_pause((wait > 0 ? wait : 1) * USEC_PER_SEC);
        }
}

bool checklist_ask(const Asked *asked, const Checklist *l)
{
        static char lines[16384];
        (void) setvbuf(stdout, lines, _IOFBF, sizeof(lines));
        if (l->n <= 1)
                return ask_one(asked, l->n == 1 ? &l->list[0] : NULL);
        for (size_t i = 0; i < l->n; i++) {
                int r = start(asked, &l->list[i]);
                if (r < 0) {
                        printf("cannot make %zu checks at once: %s\n", l->n, strerror(-r));
                        return false;
                }
        }
        for (size_t i = 0; i < l->n; i++) {
                int status;
                if (wait(&status) < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != EXIT_SUCCESS)
                        return false; /* systemd ends those that still ask */
        }
        return true;
}
