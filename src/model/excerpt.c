/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "model/excerpt.h"

#include <string.h>

#include "basic/text.h"

/* Bytes of the character at `s` that may be shown as it is; 0 when it may not. U+0080 to U+009F are control
 * characters too. */
static size_t shown_length(const char *s, size_t left)
{
        const unsigned char *p = (const unsigned char *) s;
        if (p[0] < 0x80)
                return p[0] >= 0x20 && p[0] != 0x7f ? 1 : 0;
        if (p[0] == 0xc2 && left >= 2 && p[1] < 0xa0)
                return 0;
        for (size_t n = 2; n <= 4 && n <= left; n++)
                if (text_is_utf8(s, n))
                        return n;
        return 0;
}

const char *excerpt(const char *s, size_t length, char ret[EXCERPT_SIZE])
{
        static const char dots[] = "...";
        const size_t room = EXCERPT_SIZE - sizeof(dots);
        size_t used = 0;

        for (size_t i = 0; i < length;) {
                size_t n = shown_length(s + i, length - i);
                if (used + (n ? n : 1) > room) {
                        memcpy(ret + used, dots, sizeof(dots));
                        return ret;
                }
                if (n)
                        memcpy(ret + used, s + i, n);
                else
                        ret[used] = '?';
                used += n ? n : 1;
                i += n ? n : 1;
        }
        ret[used] = '\0';
        return ret;
}
