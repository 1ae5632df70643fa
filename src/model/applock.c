/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "model/applock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "basic/text.h"
#include "model/codec.h"

int app_lock_check_reason(const char *reason, Error *e)
{
        size_t n = strlen(reason), blank = strspn(reason, " ");
        if (n == blank)
                return error_set(e, -EINVAL, "A lock needs a reason, which everybody who waits is told");
        if (n > APP_LOCK_REASON_MAX)
                return error_set(e, -EINVAL, "the reason has %zu bytes, %d are possible at most", n,
                                 APP_LOCK_REASON_MAX);
        for (const char *p = reason; *p; p++)
                if ((unsigned char) *p < ' ' || *p == 0x7f)
                        return error_set(e, -EINVAL, "the reason is to be one line of text");
        return text_is_utf8(reason, n) ? 0 : error_set(e, -EINVAL, "the reason is not UTF-8");
}

int app_lock_format(const AppLock *l, char **ret)
{
        DocWriter w = doc_new();
        doc_put_text(&w, "by", l->by);
        doc_put_text(&w, "reason", l->reason);
        doc_put_time(&w, "since", l->since);
        return doc_finish(&w, ret);
}

int app_lock_parse(const char *text, size_t length, AppLock *ret, Error *e)
{
        _cleanup_doc_ DocReader d = {0};
        _cleanup_app_lock_ AppLock l = APP_LOCK_NULL;

        int r = doc_open(text, length, "the stored lock", &d, e);
        if (r < 0)
                return r;
        doc_text(&d, "by", &l.by);
        doc_text(&d, "reason", &l.reason);
        doc_time(&d, "since", &l.since);
        if (d.failed == 0 && app_lock_check_reason(l.reason, NULL) < 0)
                doc_fail(&d, -EBADMSG, "reason", "is not a line of text");
        if (d.failed < 0)
                return d.failed;
        *ret = l;
        l = APP_LOCK_NULL;
        return 0;
}

void app_lock_clear(AppLock *l)
{
        free(l->by);
        free(l->reason);
        *l = APP_LOCK_NULL;
}
