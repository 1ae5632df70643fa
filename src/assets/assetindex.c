/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "assets/assetindex.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "basic/cleanup.h"
#include "basic/file.h"
#include "basic/text.h"

int asset_index_each(const char *file, AssetEach each, void *userdata, Error *e)
{
        _cleanup_free_ char *text = NULL;
        size_t length = 0;
        int r = file_read(file, ASSET_INDEX_MAX, &text, &length);
        if (r < 0)
                return error_set(e, r, "%s: %s", file, strerror(-r));
        for (char *at = text; r >= 0 && at < text + length; at += strlen(at) + 1) {
                char *path = strchr(at, ' ');
                uint64_t seconds;
                if (!path || at + strlen(at) == text + length)
                        return error_set(e, -EBADMSG, "%s is damaged", file);
                *path++ = '\0';
                if (text_parse_uint(at, INT64_MAX, &seconds) < 0 || !*path || !text_is_path_below(path) ||
                    text_ends_with(path, "/"))
                        return error_set(e, -EBADMSG, "%s is damaged", file);
                r = each(userdata, path, seconds);
                at = path;
        }
        return r;
}

int asset_index_add(FILE *f, const char *path, uint64_t seconds)
{
        return fprintf(f, "%" PRIu64 " %s%c", seconds, path, '\0') < 0 ? -EIO : 0;
}
