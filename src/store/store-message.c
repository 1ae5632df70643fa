/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * The text of a commit is an audit record: what a client sends must not be able to add a line to it. So
 * every part is one line of valid UTF-8 without control characters, or the change is refused.
 */

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "basic/buffer.h"
#include "basic/strv.h"
#include "basic/text.h"
#include "store/store-internal.h"

static bool is_one_line(const char *s)
{
        for (const char *p = s; *p; p++)
                if (((unsigned char) *p < ' ' && *p != '\t') || *p == 0x7f)
                        return false;
        return text_is_utf8(s, strlen(s));
}

/* What git allows in "author NAME <EMAIL> TIME". */
static bool is_identity(const char *s)
{
        return is_one_line(s) && !strpbrk(s, "<>\t");
}

/* "Request-Id: 5f1c…". */
static bool is_trailer(const char *s)
{
        size_t length = 0;
        while (isalnum((unsigned char) s[length]) || (length > 0 && s[length] == '-'))
                length++;
        return length > 0 && s[length] == ':' && s[length + 1] == ' ' && s[length + 2] != '\0' &&
               is_one_line(s);
}

int store_message(const StoreChange *change, char **ret, Error *e)
{
        if (!change->author || !*change->author || !is_identity(change->author))
                return error_set(e, -EINVAL, "The author of a change must be a name in one line.");
        if (change->email && !is_identity(change->email))
                return error_set(e, -EINVAL, "The e-mail address of %s is not one line without <>.",
                                 change->author);
        if (!change->subject || !*change->subject || !is_one_line(change->subject))
                return error_set(e, -EINVAL, "The description of a change must be one line of UTF-8 text.");
        for (char *const *t = change->trailers; t && *t; t++)
                if (!is_trailer(*t))
                        return error_set(e, -EINVAL,
                                         "A trailer of the change \"%s\" is not \"Name: value\" "
                                         "in one line of UTF-8 text.",
                                         change->subject);

        _cleanup_buffer_ Buffer b = BUFFER_NULL;
        buffer_printf(&b, "%s\n", change->subject);
        for (char *const *t = change->trailers; t && *t; t++)
                buffer_printf(&b, "%s%s\n", t == change->trailers ? "\n" : "", *t);
        return buffer_finish(&b, ret, NULL);
}
