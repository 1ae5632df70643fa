/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include <stdint.h>
#include <string.h>

#include "basic/text.h"
#include "log/terminal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whatever goes in: UTF-8 without any control but TAB and whole colour sequences comes out, and what came
 * out is not changed by a second pass. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_buffer_ Buffer once = BUFFER_NULL, twice = BUFFER_NULL, json = BUFFER_NULL;

        buffer_puts(&once, "");
        buffer_puts(&twice, "");
        terminal_text(&once, (const char *) data, size);
        if (!text_is_utf8(once.data, once.length))
                abort();
        for (size_t i = 0; i < once.length; i++) {
                unsigned char c = (unsigned char) once.data[i];
                if ((c < 0x20 && c != '\t' && c != '\033') || c == 0x7f)
                        abort();
                if (c == '\033' && (once.data[i + 1] != '[' || !strchr(once.data + i, 'm')))
                        abort();
                if (c == 0xc2 && (unsigned char) once.data[i + 1] < 0xa0)
                        abort();
        }
        terminal_text(&twice, once.data, once.length);
        if (!streq(once.data, twice.data))
                abort();

        buffer_puts(&json, "");
        utf8_text(&json, (const char *) data, size);
        if (!text_is_utf8(json.data, json.length))
                abort();
        return 0;
}
