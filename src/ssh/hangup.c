/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "ssh/hangup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <time.h>

#include "basic/cleanup.h"
#include "basic/clock.h"
#include "basic/file.h"
#include "basic/text.h"

#define ENVIRONMENT_MAX (256 * 1024)
#define STATUS_MAX (64 * 1024)
#define PATIENCE (1 * USEC_PER_SEC)
#define GIVE_UP (10 * USEC_PER_SEC)

static int read_proc(pid_t pid, const char *file, size_t max, char **ret, size_t *ret_length)
{
        char path[64];
        snprintf(path, sizeof(path), "/proc/%d/%s", (int) pid, file);
        _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
        return fd < 0 ? -errno : fd_read_all(fd, max, ret, ret_length);
}

static bool is_one_of(const char *key, char *const *keys)
{
        for (; *keys; keys++)
                if (streq(key, *keys))
                        return true;
        return false;
}

/* Of other users' processes the environment cannot be read. */
static bool acts_for(pid_t pid, char *const *keys)
{
        _cleanup_free_ char *environment = NULL;
        size_t length;
        if (read_proc(pid, "environ", ENVIRONMENT_MAX, &environment, &length) < 0)
                return false;
        for (const char *p = environment; p < environment + length; p += strlen(p) + 1) {
                const char *key = text_after(p, "PAAS_KEY=");
                if (key)
                        return is_one_of(key, keys);
        }
        return false;
}

/* The process that it was started by, when that is sshd; 0 otherwise. */
static pid_t sshd_of(pid_t pid)
{
        _cleanup_free_ char *status = NULL, *name = NULL;
        if (read_proc(pid, "status", STATUS_MAX, &status, NULL) < 0)
                return 0;
        const char *line = strstr(status, "\nPPid:\t");
        pid_t parent = line ? (pid_t) strtol(line + strlen("\nPPid:\t"), NULL, 10) : 0;
        if (parent <= 1 || read_proc(parent, "comm", STATUS_MAX, &name, NULL) < 0)
                return 0;
        return text_after(name, "sshd") ? parent : 0;
}

static void send_to(int pidfd, int number)
{
        if (pidfd >= 0)
                (void) pidfd_send_signal(pidfd, number, NULL, 0);
}

/* Whether it was one. The descriptors come first: a number that is given out anew meanwhile is not hit. */
static bool end_process(pid_t pid, char *const *keys, int number)
{
        _cleanup_close_ int process = pidfd_open(pid, 0);
        if (process < 0 || !acts_for(pid, keys))
                return false;
        pid_t parent = sshd_of(pid);
        _cleanup_close_ int sshd = parent > 0 ? pidfd_open(parent, 0) : -1;
        if (sshd >= 0 && sshd_of(pid) == parent)
                send_to(sshd, number);
        send_to(process, number);
        return true;
}

/* How many there were. */
static int end_all(char *const *keys, int number)
{
        DIR *proc = opendir("/proc");
        if (!proc)
                return -errno;
        int n = 0;
        for (const struct dirent *entry; (entry = readdir(proc));) {
                uint64_t pid;
                if (text_parse_uint(entry->d_name, INT32_MAX, &pid) >= 0 && pid > 1)
                        n += end_process((pid_t) pid, keys, number);
        }
        closedir(proc);
        return n;
}

int hangup_keys(char *const *keys)
{
        uint64_t start = clock_monotonic();
        for (;;) {
                uint64_t passed = clock_monotonic() - start;
                int n = end_all(keys, passed < PATIENCE ? SIGTERM : SIGKILL);
                if (n <= 0)
                        return n;
                if (passed > GIVE_UP)
                        return -ETIME;
                nanosleep(&(struct timespec){.tv_nsec = 50 * 1000 * 1000}, NULL);
        }
}
