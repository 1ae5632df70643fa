/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "basic/strv.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "basic/buffer.h"

size_t strv_length(char *const *list)
{
        size_t n = 0;
        while (list && list[n])
                n++;
        return n;
}

bool strv_contains(char *const *list, const char *s)
{
        for (size_t i = 0; list && list[i]; i++)
                if (strcmp(list[i], s) == 0)
                        return true;
        return false;
}

int strv_consume(char ***list, char *s)
{
        if (!s)
                return -ENOMEM;

        size_t n = strv_length(*list);
        char **longer = reallocarray(*list, n + 2, sizeof(char *));
        if (!longer) {
                free(s);
                return -ENOMEM;
        }
        longer[n] = s;
        longer[n + 1] = NULL;
        *list = longer;
        return 0;
}

int strv_append(char ***list, const char *s)
{
        return strv_consume(list, strdup(s));
}

int strv_appendf(char ***list, const char *format, ...)
{
        char *s = NULL;
        va_list ap;
        va_start(ap, format);
        if (vasprintf(&s, format, ap) < 0)
                s = NULL;
        va_end(ap);
        return strv_consume(list, s);
}

int strv_split(const char *text, const char *separators, char ***ret)
{
        _cleanup_strv_ char **list = NULL;

        for (const char *p = text + strspn(text, separators); *p; p += strspn(p, separators)) {
                size_t n = strcspn(p, separators);
                int r = strv_consume(&list, strndup(p, n));
                if (r < 0)
                        return r;
                p += n;
        }
        *ret = TAKE_PTR(list);
        return 0;
}

char *strv_join(char *const *list, const char *separator)
{
        _cleanup_buffer_ Buffer b = BUFFER_NULL;
        for (size_t i = 0; list && list[i]; i++) {
                if (i > 0)
                        buffer_puts(&b, separator);
                buffer_puts(&b, list[i]);
        }
        char *joined = NULL;
        return buffer_finish(&b, &joined, NULL) < 0 ? NULL : joined;
}

static int compare(const void *a, const void *b)
{
        return strcmp(*(char *const *) a, *(char *const *) b);
}

void strv_sort(char **list)
{
        if (list)
                qsort(list, strv_length(list), sizeof(char *), compare);
}

char **strv_free(char **list)
{
        STRV_FOREACH(s, list)
                free(*s);
        free(list);
        return NULL;
}
