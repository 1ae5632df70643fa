/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "basic/error.h"

#include <stdarg.h>
#include <string.h>

int error_set(Error *e, int code, const char *format, ...)
{
        if (!e)
                return code;

        char *message = NULL;
        va_list ap;
        va_start(ap, format);
        if (vasprintf(&message, format, ap) < 0)
                message = NULL;
        va_end(ap);

        error_clear(e);
        e->code = code;
        e->message = message;
        return code;
}

int error_prefix(Error *e, int code, const char *format, ...)
{
        if (!e)
                return code;

        _cleanup_free_ char *context = NULL;
        va_list ap;
        va_start(ap, format);
        if (vasprintf(&context, format, ap) < 0)
                context = NULL;
        va_end(ap);
        if (!context)
                return code;

        _cleanup_free_ char *old = TAKE_PTR(e->message);
        return error_set(e, code, "%s: %s", context, old ? old : strerror(-code));
}

const char *error_text(const Error *e, int code)
{
        if (e && e->message)
                return e->message;
        return strerror(code < 0 ? -code : code);
}

void error_clear(Error *e)
{
        free(e->message);
        *e = ERROR_NULL;
}
