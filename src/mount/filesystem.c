/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "mount/filesystem.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "basic/cleanup.h"

void filesystem_name(int fd, char ret[64])
{
        snprintf(ret, 64, "an unknown file system");

        struct stat st;
        _cleanup_fclose_ FILE *f = fopen("/proc/self/mountinfo", "re");
        if (!f || fstat(fd, &st) < 0)
                return;

        char device[32];
        snprintf(device, sizeof(device), "%u:%u", major(st.st_dev), minor(st.st_dev));
        _cleanup_free_ char *line = NULL;
        size_t size = 0;
        while (getline(&line, &size, f) >= 0) {
                /* 36 35 98:0 /root /mount/point options optional-fields… - ext4 source … */
                char found[32];
                const char *rest = strstr(line, " - ");
                if (!rest || sscanf(line, "%*s %*s %31s", found) != 1 || strcmp(found, device) != 0)
                        continue;
                char name[48];
                if (sscanf(rest, " - %47s", name) == 1)
                        snprintf(ret, 64, "%s", name);
                return;
        }
}
