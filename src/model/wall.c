/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "model/wall.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "basic/strv.h"
#include "basic/text.h"

int wall_reason_check(const char *reason, Error *e)
{
        size_t n = strlen(reason);
        if (n == 0)
                return error_set(e, -EINVAL, "Say why, in one line: --reason \"drops the column name\"");
        if (n > WALL_REASON_MAX)
                return error_set(e, -EINVAL, "The reason has %zu bytes; at most %d are kept", n,
                                 WALL_REASON_MAX);
        for (const char *p = reason; *p; p++)
                if ((unsigned char) *p < ' ' || *p == 0x7f)
                        return error_set(e, -EINVAL, "The reason must be one line of text");
        return 0;
}

/* What stands behind the number, when the line is of this version. */
static const char *reason_of(const char *line, uint64_t version)
{
        char number[32];
        snprintf(number, sizeof(number), "%llu ", (unsigned long long) version);
        return text_after(line, number);
}

const char *wall_find(char *const *walls, uint64_t version)
{
        for (char *const *w = walls; w && *w; w++) {
                const char *reason = reason_of(*w, version);
                if (reason)
                        return reason;
        }
        return NULL;
}

int wall_remove(char ***walls, uint64_t version)
{
        for (char **w = *walls; w && *w; w++) {
                if (!reason_of(*w, version))
                        continue;
                free(*w);
                for (; *w; w++)
                        w[0] = w[1];
                return 0;
        }
        return -ENOENT;
}

int wall_set(char ***walls, uint64_t version, const char *reason)
{
        (void) wall_remove(walls, version);
        if (strv_length(*walls) >= WALLS_MAX)
                return -E2BIG;
        return strv_appendf(walls, "%llu %s", (unsigned long long) version, reason);
}
