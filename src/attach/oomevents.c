/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "attach/oomevents.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "basic/cleanup.h"
#include "basic/file.h"
#include "basic/text.h"

#define FILE_MAX 4096

/* Files of proc and of control groups have no size that could be asked for. */
static int read_all(const char *path, char **ret)
{
        size_t n;
        _cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
        return fd < 0 ? -1 : fd_read_all(fd, FILE_MAX, ret, &n);
}

bool oom_happened(void)
{
        _cleanup_free_ char *group = NULL, *path = NULL, *events = NULL;
        if (read_all("/proc/self/cgroup", &group) < 0)
                return false;
        /* Beside it, hierarchies of version 1 may still be there. */
        const char *line = text_after(group, "0::"), *later = strstr(group, "\n0::");
        if (!line && later)
                line = later + strlen("\n0::");
        if (!line ||
            asprintf(&path, "/sys/fs/cgroup%.*s/memory.events", (int) strcspn(line, "\n"), line) < 0)
                return false;
        if (read_all(path, &events) < 0)
                return false;
        const char *count = strstr(events, "\noom_kill ");
        return count && count[strlen("\noom_kill ")] != '0';
}
