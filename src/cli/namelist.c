/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "cli/namelist.h"

#include "basic/buffer.h"
#include "basic/text.h"

int namelist_put(Columns *c, const Json *names, const char *lead)
{
        _cleanup_buffer_ Buffer b = BUFFER_NULL;
        _cleanup_free_ char *text = NULL;
        for (size_t i = 0; i < js_size(names); i++) {
                const char *name = js_string_value(js_at(names, i));
                if (name)
                        buffer_printf(&b, "%s%s%s", i > 0 ? ", " : "", name,
                                      streq(name, lead) ? " (lead)" : "");
        }
        int r = buffer_finish(&b, &text, NULL);
        if (r >= 0)
                columns_put(c, text);
        return r;
}
