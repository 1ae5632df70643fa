/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "probe/unixqueue.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "basic/cleanup.h"
#include "basic/file.h"

#define TABLE_MAX (64u * 1024 * 1024)

/* "ffff8881: 00000002 00000000 00010000 0001 01 12345 /run/a.sock": reference count, protocol, flags, type,
 * state, inode, path. */
static bool is_waiting(const char *line, size_t length, const char *path)
{
        unsigned long inode;
        int at = 0;
        if (sscanf(line, " %*[0-9A-Fa-f]: %*x %*x %*x %*x %*x %lu %n", &inode, &at) != 1 || at == 0 ||
            inode != 0 || (size_t) at > length)
                return false;
        size_t n = strlen(path);
        return length - (size_t) at == n && memcmp(line + at, path, n) == 0;
}

bool unix_queue_parse(const char *text, const char *path)
{
        while (*text != '\0') {
                size_t n = strcspn(text, "\n");
                if (is_waiting(text, n, path))
                        return true;
                text += n;
                text += *text == '\n';
        }
        return false;
}

int unix_queue_read(const char *table, const char *path)
{
        _cleanup_close_ int fd = open(table, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
                return -errno;
        _cleanup_free_ char *text = NULL;
        int r = fd_read_all(fd, TABLE_MAX, &text, NULL);
        return r < 0 ? r : unix_queue_parse(text, path);
}
