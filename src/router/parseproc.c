/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "basic/text.h"
#include "router/parse.h"

/* The master lists itself, then its workers below the headings "# workers" and "# old workers":
 * "692   worker   1   0d00h00m02s   2.6.12-1". */

#define WORKERS_MAX 1024

int router_parse_proc(const char *reply, unsigned *ret_reloads, unsigned *ret_failed)
{
        for (const char *line = reply; line; line = strchr(line, '\n')) {
                line += *line == '\n';
                char type[16];
                unsigned reloads, failed = 0;
                int n = sscanf(line, "%*9[0-9] %15s %9u [failed: %9u]", type, &reloads, &failed);
                if (n < 2 || !streq(type, "master"))
                        continue;
                *ret_reloads = reloads;
                *ret_failed = failed;
                return 0;
        }
        return -EBADMSG;
}

static bool read_worker(const char *line, RouterWorker *ret)
{
        char type[16], version[ROUTER_VERSION_SIZE];
        unsigned pid, days, hours, minutes, seconds;
        int n = sscanf(line, "%9u %15s %*9u %5ud%2uh%2um%2us %31s", &pid, type, &days, &hours, &minutes,
                       &seconds, version);
        if (n != 7 || !streq(type, "worker") || pid == 0)
                return false;
        *ret = (RouterWorker){
                .pid = pid,
                .age = ((days * 24ULL + hours) * 60 + minutes) * 60 + seconds,
        };
        memcpy(ret->version, version, sizeof(version));
        return true;
}

int router_parse_workers(const char *reply, RouterWorker **ret, size_t *ret_n)
{
        _cleanup_free_ RouterWorker *list = NULL;
        size_t n = 0;
        bool old = false;
        if (!strstr(reply, "# workers\n"))
                return -EAGAIN;
        for (const char *line = reply; line; line = strchr(line, '\n')) {
                line += *line == '\n';
                RouterWorker worker;
                if (text_after(line, "# old workers"))
                        old = true;
                if (text_after(line, "# programs"))
                        break;
                if (!read_worker(line, &worker))
                        continue;
                RouterWorker *longer =
                        n < WORKERS_MAX ? reallocarray(list, n + 1, sizeof(RouterWorker)) : NULL;
                if (!longer)
                        return -ENOMEM;
                list = longer;
                list[n] = worker;
                list[n++].old = old;
        }
        *ret = TAKE_PTR(list);
        *ret_n = n;
        return 0;
}

int router_parse_info(const char *reply, const char *name, uint64_t *ret)
{
        size_t length = strlen(name);
        for (const char *line = reply; line; line = strchr(line, '\n')) {
                line += *line == '\n';
                if (strncmp(line, name, length) != 0 || line[length] != ':')
                        continue;
                char number[24];
                line += length + 1;
                line += strspn(line, " ");
                size_t n = strspn(line, "0123456789");
                if (n == 0 || n >= sizeof(number))
                        return -EBADMSG;
                memcpy(number, line, n);
                number[n] = '\0';
                return text_parse_uint(number, UINT64_MAX, ret) < 0 ? -EBADMSG : 0;
        }
        return -EBADMSG;
}
