/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "render/unitpath.h"

#include <ctype.h>
#include <string.h>

#include "basic/buffer.h"

char *unit_path_escape(const char *path, const char *suffix)
{
        _cleanup_buffer_ Buffer b = BUFFER_NULL;
        const char *p = path + strspn(path, "/");

        if (!*p)
                buffer_puts(&b, "-");
        for (bool first = true; *p; p++, first = false) {
                if (*p == '/') {
                        size_t slashes = strspn(p, "/");
                        if (p[slashes])
                                buffer_puts(&b, "-");
                        p += slashes - 1;
                } else if (isalnum((unsigned char) *p) || *p == ':' || *p == '_' || (*p == '.' && !first)) {
                        buffer_append(&b, p, 1);
                } else {
                        buffer_printf(&b, "\\x%02x", (unsigned char) *p);
                }
        }
        buffer_puts(&b, suffix);

        char *name = NULL;
        return buffer_finish(&b, &name, NULL) < 0 ? NULL : name;
}
