/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "basic/buffer.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

static bool buffer_reserve(Buffer *b, size_t more)
{
        if (b->failed)
                return false;
        if (more >= SIZE_MAX / 2 - b->length) {
                b->failed = true;
                return false;
        }
        if (b->length + more + 1 <= b->allocated)
                return true;

        size_t wanted = b->allocated ? b->allocated * 2 : 256;
        if (wanted < b->length + more + 1)
                wanted = b->length + more + 1;
        char *data = realloc(b->data, wanted);
        if (!data) {
                b->failed = true;
                return false;
        }
        b->data = data;
        b->allocated = wanted;
        return true;
}

void buffer_append(Buffer *b, const void *data, size_t length)
{
        if (!buffer_reserve(b, length))
                return;
        if (length > 0)
                memcpy(b->data + b->length, data, length);
        b->length += length;
        b->data[b->length] = '\0';
}

void buffer_puts(Buffer *b, const char *text)
{
        buffer_append(b, text, strlen(text));
}

void buffer_printf(Buffer *b, const char *format, ...)
{
        va_list ap;
        va_start(ap, format);
        int n = vsnprintf(NULL, 0, format, ap);
        va_end(ap);
        if (n < 0) {
                b->failed = true;
                return;
        }
        if (!buffer_reserve(b, (size_t) n))
                return;

        va_start(ap, format);
        vsnprintf(b->data + b->length, (size_t) n + 1, format, ap);
        va_end(ap);
        b->length += (size_t) n;
}

int buffer_finish(Buffer *b, char **ret, size_t *ret_length)
{
        if (!buffer_reserve(b, 0)) {
                buffer_clear(b);
                return -ENOMEM;
        }
        b->data[b->length] = '\0';
        if (ret_length)
                *ret_length = b->length;
        *ret = TAKE_PTR(b->data);
        *b = BUFFER_NULL;
        return 0;
}

void buffer_clear(Buffer *b)
{
        free(b->data);
        *b = BUFFER_NULL;
}
